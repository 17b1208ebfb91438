import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ingress } from '../../../src/kubernetes/generated/networking-v1.js';
import type { RouterConfigs } from '../../../src/model/policy/routers.js';
import { resources } from '../../../src/kubernetes/resources.js';
import { splitOf } from '../../../src/model/split.js';
import { openLab, type Lab } from '../lab/open-lab.js';
import { programPath } from '../lab/programs.js';
import { inRound, isFirst } from '../lab/rounds.js';
import { installKindsOf } from './custom-kinds.js';
import { grpcRoute, httpRoute, type Place } from './http-route.js';
import { describeGoldenCases } from './golden-cases.js';
import { openProgram } from './program.js';
import { openRealCluster, type RealCluster } from './real-cluster.js';
import type { ReleasePlane } from './released-shop.js';
import { RealSteering } from './real-steering.js';
import { expectCounted, expectMatch, expectNoLoss, expectPreviewHost, expectPreviewPath, expectShares, expectStickiness, matchCases, type SteeredDoor } from './shown-shares.js';
import { grpcCases, openGrpcDoor, type GrpcDoor } from './shown-grpc.js';
import { startTraefik, traefikControllers, type Traefik } from './traefik.js';
import { WHOLE_MILLISECONDS, wholeReleases } from './whole-releases.js';
import { wholeStrategies } from './whole-strategies.js';

const HOST = 'shop.example.com';
/** Of all HTTPRoutes. */
const gateway: Place = { namespace: 'traefik-edge', name: 'edge' };
const START_MILLISECONDS = 180_000;
const SHARES = [5, 100, 333, 500, 1000, 250, 0];

describe('Traefik: the share that real clients count is the share asked', () => {
  let directory: string;
  let cluster: RealCluster;
  let traefik: Traefik;
  let lab: Lab;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const signal = AbortSignal.timeout(START_MILLISECONDS);
    directory = await mkdtemp(join(tmpdir(), 'serin-traefik-'));
    cluster = await openRealCluster(signal);
    await installKindsOf(cluster.client, programPath('traefik'));
    traefik = await startTraefik(directory, cluster.kubeconfig, signal);
    lab = await openLab();
    await writeClasses();
  }, START_MILLISECONDS);

  afterAll(async () => {
    for (const stop of stops) await stop();
    for (const each of [traefik, cluster, lab]) await each?.stop();
    if (process.env['KEEP'] === undefined) await rm(directory, { recursive: true, force: true });
  });

  /** The classes of both kinds of route, and the Gateway of all HTTPRoutes. */
  async function writeClasses(): Promise<void> {
    const { client } = cluster;
    const ingressClass = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'nginx' }, spec: { controller: traefikControllers.ingressNginx } };
    await client.apply(resources.ingressClasses, ingressClass, { fieldManager: 'test', force: true });
    await client.create(resources.gatewayClasses, { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', metadata: { name: 'traefik' }, spec: { controllerName: traefikControllers.gatewayApi } });
    await client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: gateway.namespace }, spec: {} });
    await client.create(resources.gatewayApiGateways, {
      apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: gateway,
      spec: { gatewayClassName: 'traefik', listeners: [{ name: 'web', port: traefik.port, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } }] },
    });
  }

  async function open(namespace: string, addresses: string, host: string, router: RouterConfigs, door: () => Promise<unknown>): Promise<SteeredDoor> {
    const program = await openProgram(cluster.client, { namespace, addresses });
    stops.push(() => program.stop());
    await door();
    return { program, door: { url: traefik.url, headers: { host } }, steering: new RealSteering(cluster.client, router, program.context) };
  }

  if (isFirst) describe('by HTTPRoute', () => {
    const namespace = 'traefik-routes';
    let edge: SteeredDoor;

    beforeAll(async () => {
      edge = await open(namespace, '10.245.201', HOST, { gatewayApi: { settleSeconds: 2 } }, async () => {
        await cluster.client.create(resources.httpRoutes, httpRoute({ namespace, name: 'shop' }, gateway, HOST, 'shop'));
      });
    });

    it.each(SHARES)('%i per mille', (canary) => expectShares(edge, splitOf(canary)));
    it.each(Object.entries(matchCases))('%s leads to the canary', (_, each) => expectMatch(edge, each));
    it('a preview is seen by path', () => expectPreviewPath(edge));
    it('a preview is seen by host', () => expectPreviewHost(edge));
    it('users stay with the version that they met', () => expectStickiness(edge));

    // It says Accepted and ResolvedRefs to what it does not support, and answers 500 to every request of the rule. What it
    // supports stands in its GatewayClass's status.supportedFeatures.
    it('a mirror, which it does not have, is refused before users see it', async () => {
      expect(await edge.steering.inexpressible({ shares: { stable: 1000, canary: 0 }, mirror: 1000 })).toEqual([
        'mirror: GatewayClass traefik, by which HTTPRoute shop is served, does not copy requests: HTTPRouteRequestMirror is not among its supportedFeatures',
      ]);
      expect(await edge.steering.inexpressible({ shares: { stable: 1000, canary: 0 }, preview: { path: '/green' } })).toEqual([]);
    });

    describeGoldenCases('traefik', () => ({
      client: cluster.client, addresses: '10.245.201', door: { host: '127.0.0.1', port: traefik.port },
      place: { namespace, edge: gateway.namespace, proxies: {}, port: traefik.port },
    }));

    it('no request is lost while shares move', () => expectNoLoss([edge.door], edge));

    it('what was found is put back', async () => {
      await edge.steering.go(splitOf(500));
      await edge.steering.release();
      expect((await cluster.client.get(resources.httpRoutes, { namespace, name: 'shop' })).spec.rules).toMatchObject([{ backendRefs: [{ name: 'shop', port: 80 }] }]);
      await expectCounted(edge.door, { shares: { stable: 667, canary: 333 } });
    });
  });

  if (isFirst) describe('by the annotations of ingress-nginx', () => {
    const namespace = 'traefik-ingresses';
    let edge: SteeredDoor;

    beforeAll(async () => {
      const host = 'ingress.example.com';
      edge = await open(namespace, '10.245.202', host, { ingressNginx: { settleSeconds: 2 } }, async () => {
        const affinity = { 'nginx.ingress.kubernetes.io/affinity': 'cookie', 'nginx.ingress.kubernetes.io/session-cookie-name': 'serin-version' };
        await cluster.client.create(resources.ingresses, ingress({ namespace, name: 'shop' }, host, 'shop', affinity));
      });
    });

    it.each(SHARES)('%i per mille', (canary) => expectShares(edge, splitOf(canary)));
    it.each(Object.entries(matchCases))('%s leads to the canary', async (_, each) => {
      const refusals = await edge.steering.inexpressible({ shares: { stable: 1000, canary: 0 }, matches: [each.match] });
      if (refusals.length === 0) await expectMatch(edge, each);
      else expect(refusals.join()).toMatch(/knows no "and"/);
    });
    it('a preview is seen by path', () => expectPreviewPath(edge));
    it('a preview is seen by host', () => expectPreviewHost(edge));
    it('users stay with the version that they met', () => expectStickiness(edge));

    describeGoldenCases('traefik-ingress', () => ({
      client: cluster.client, addresses: '10.245.202', door: { host: '127.0.0.1', port: traefik.port },
      place: { namespace, proxies: {}, port: traefik.port },
    }));

    it('no request is lost while shares move', () => expectNoLoss([edge.door], edge));

    it('what was found is put back', async () => {
      const names = async (): Promise<string[]> => (await cluster.client.list(resources.ingresses, { namespace })).items.map(({ metadata }) => metadata.name);
      const found = await names();
      await edge.steering.go(splitOf(500));
      expect(await names()).not.toEqual(found);
      await edge.steering.release();
      expect(await names()).toEqual(found);
      await expectCounted(edge.door, { shares: { stable: 667, canary: 333 } });
    });
  });

  if (isFirst) describe('by GRPCRoute', () => {
    let calls: GrpcDoor;
    beforeAll(async () => {
      const [namespace, host] = ['traefik-grpc', 'calls.example.com'];
      const route = (): Promise<unknown> => cluster.client.create(resources.grpcRoutes, grpcRoute({ namespace, name: 'shop' }, gateway, host, 'shop'));
      calls = await openGrpcDoor(cluster.client, { namespace, addresses: '10.245.207', router: { gatewayApi: { settleSeconds: 2 } }, target: new URL(traefik.url).host, host, route });
    });
    afterAll(() => calls?.stop());
    it.each(Object.entries(grpcCases))('gRPC: %s', (_, expectIt) => expectIt(calls));
  });

  describe('released by the running controller', () => {
    const doors: ReleasePlane['doors'] = (_, host) => [{ url: traefik.url, headers: { host } }];
    const planes: Readonly<Record<string, () => ReleasePlane>> = {
      'by HTTPRoute': () => ({ lab, name: 'traefik', doors, router: { gatewayApi: { settleSeconds: 2 } }, route: (place, host, service) => ({ resource: resources.httpRoutes, object: httpRoute(place, gateway, host, service) }) }),
      'by the annotations of ingress-nginx': () => ({ lab, name: 'ingress', doors, router: { ingressNginx: { settleSeconds: 2 } }, route: (place, host, service) => ({ resource: resources.ingresses, object: ingress(place, host, service) }) }),
    };
    const cases = Object.entries(planes).flatMap(([how, plane]) => Object.entries({ ...wholeReleases, ...(how === 'by HTTPRoute' ? wholeStrategies : {}) }).map(([what, expectIt]) => [how, what, () => expectIt(plane())] as const));
    it.concurrent.each(inRound(cases, (_, index) => index % 3 === 1))('%s: %s', (_, __, expectIt) => expectIt(), WHOLE_MILLISECONDS);
  });
});

function ingress({ namespace, name }: Place, host: string, service: string, annotations: Readonly<Record<string, string>> = {}): Ingress {
  return {
    apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name, namespace, annotations },
    spec: { ingressClassName: 'nginx', rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: service, port: { number: 80 } } } }] } }] },
  };
}
