import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RouterConfigs } from '../../../src/model/policy/routers.js';
import { resources } from '../../../src/kubernetes/resources.js';
import { splitOf } from '../../../src/model/split.js';
import { programPath } from '../lab/programs.js';
import { installKindsOf } from './custom-kinds.js';
import { openProgram } from './program.js';
import { openRealCluster, type RealCluster } from './real-cluster.js';
import { RealSteering } from './real-steering.js';
import { expectCounted, expectMatch, expectNoLoss, expectPreviewHost, expectPreviewPath, expectShares, expectStickiness, matchCases, type SteeredDoor } from './shown-shares.js';
import { startTraefik, traefikControllers, type Traefik } from './traefik.js';

const HOST = 'shop.example.com';
const START_MILLISECONDS = 180_000;
const SHARES = [5, 100, 333, 500, 1000, 250, 0];

describe('Traefik: the share that real clients count is the share asked', () => {
  let directory: string;
  let cluster: RealCluster;
  let traefik: Traefik;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const signal = AbortSignal.timeout(START_MILLISECONDS);
    directory = await mkdtemp(join(tmpdir(), 'serin-traefik-'));
    cluster = await openRealCluster(signal);
    await installKindsOf(cluster.client, programPath('traefik'));
    traefik = await startTraefik(directory, cluster.kubeconfig, signal);
  }, START_MILLISECONDS);

  afterAll(async () => {
    for (const stop of stops) await stop();
    await traefik?.stop();
    await cluster?.stop();
    if (process.env['KEEP'] === undefined) await rm(directory, { recursive: true, force: true });
  });

  async function open(namespace: string, addresses: string, host: string, router: RouterConfigs, door: () => Promise<unknown>): Promise<SteeredDoor> {
    const program = await openProgram(cluster.client, { namespace, addresses });
    stops.push(() => program.stop());
    await door();
    return { program, door: { url: traefik.url, headers: { host } }, steering: new RealSteering(cluster.client, router, program.context) };
  }

  describe('by HTTPRoute', () => {
    const namespace = 'traefik-routes';
    let edge: SteeredDoor;

    beforeAll(async () => {
      edge = await open(namespace, '10.245.201', HOST, { gatewayApi: { settleSeconds: 2 } }, async () => {
        await cluster.client.create(resources.gatewayClasses, { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', metadata: { name: 'traefik' }, spec: { controllerName: traefikControllers.gatewayApi } });
        await cluster.client.create(resources.gatewayApiGateways, {
          apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: { name: 'edge', namespace },
          spec: { gatewayClassName: 'traefik', listeners: [{ name: 'web', port: traefik.port, protocol: 'HTTP' }] },
        });
        await cluster.client.create(resources.httpRoutes, {
          apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'shop', namespace },
          spec: { parentRefs: [{ name: 'edge' }], hostnames: [HOST], rules: [{ backendRefs: [{ name: 'shop', port: 80 }] }] },
        });
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

    it('no request is lost while shares move', () => expectNoLoss([edge.door], edge));

    it('what was found is put back', async () => {
      await edge.steering.go(splitOf(500));
      await edge.steering.release();
      expect((await cluster.client.get(resources.httpRoutes, { namespace, name: 'shop' })).spec.rules).toMatchObject([{ backendRefs: [{ name: 'shop', port: 80 }] }]);
      await expectCounted(edge.door, { shares: { stable: 667, canary: 333 } });
    });
  });

  describe('by the annotations of ingress-nginx', () => {
    const namespace = 'traefik-ingresses';
    let edge: SteeredDoor;

    beforeAll(async () => {
      const host = 'ingress.example.com';
      edge = await open(namespace, '10.245.202', host, { ingressNginx: { settleSeconds: 2 } }, async () => {
        await cluster.client.apply(resources.ingressClasses, { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'nginx' }, spec: { controller: traefikControllers.ingressNginx } } as never, { fieldManager: 'test', force: true });
        await cluster.client.create(resources.ingresses, {
          apiVersion: 'networking.k8s.io/v1', kind: 'Ingress',
          metadata: { name: 'shop', namespace, annotations: { 'nginx.ingress.kubernetes.io/affinity': 'cookie', 'nginx.ingress.kubernetes.io/session-cookie-name': 'serin-version' } },
          spec: { ingressClassName: 'nginx', rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'shop', port: { number: 80 } } } }] } }] },
        });
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

    it('no request is lost while shares move', () => expectNoLoss([edge.door], edge));

    it('what was found is put back', async () => {
      await edge.steering.go(splitOf(500));
      await edge.steering.release();
      expect((await cluster.client.list(resources.ingresses, { namespace })).items.map(({ metadata }) => metadata.name)).toEqual(['shop']);
      await expectCounted(edge.door, { shares: { stable: 667, canary: 333 } });
    });
  });
});
