import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../../src/kubernetes/resources.js';
import { splitOf } from '../../../src/model/split.js';
import { openLab, type Lab } from '../lab/open-lab.js';
import { programPath } from '../lab/programs.js';
import { inRound, isFirst } from '../lab/rounds.js';
import { CONTOUR_CONTROLLER, envoyPortOf, freeListenerPort, startContour, type Contour } from './contour.js';
import { installKindsOf } from './custom-kinds.js';
import { dynamicBootstrap } from './envoy-bootstrap.js';
import { startEnvoy, type Envoy } from './envoy.js';
import { grpcRoute, httpRoute } from './http-route.js';
import { describeGoldenCases } from './golden-cases.js';
import { openProgram, type Program } from './program.js';
import { openRealCluster, type RealCluster } from './real-cluster.js';
import { RealSteering } from './real-steering.js';
import { expectCounted, expectMatch, expectMirror, expectNoLoss, expectPreviewHost, expectPreviewPath, expectShares, expectStickiness, matchCases, type SteeredDoor } from './shown-shares.js';
import type { ReleasePlane } from './released-shop.js';
import { grpcCases, openGrpcDoor, type GrpcDoor } from './shown-grpc.js';
import { WHOLE_MILLISECONDS, wholeReleases } from './whole-releases.js';

const namespace = 'contour';
const HOST = 'shop.example.com';
const START_MILLISECONDS = 180_000;

describe('Contour and Envoy: the share that real clients count is the share asked', () => {
  let directory: string;
  let cluster: RealCluster;
  let contour: Contour;
  let envoy: Envoy;
  let program: Program;
  let edge: SteeredDoor;
  let lab: Lab;
  let plane: ReleasePlane;
  let port: number;

  beforeAll(async () => {
    const signal = AbortSignal.timeout(START_MILLISECONDS);
    directory = await mkdtemp(join(tmpdir(), 'serin-contour-'));
    cluster = await openRealCluster(signal);
    await installKindsOf(cluster.client, programPath('contour'));
    program = await openProgram(cluster.client, { namespace, addresses: '10.245.204' });
    port = await freeListenerPort();
    await writeRoutes(port);
    contour = await startContour(directory, cluster.kubeconfig, { namespace, name: 'edge' }, signal);
    envoy = await startEnvoy('envoy-contour', directory, (admin) => dynamicBootstrap({ id: 'envoy', cluster: 'contour' }, contour.discovery, admin), signal);
    edge = { program, door: { url: `http://127.0.0.1:${envoyPortOf(port)}/`, headers: { host: HOST } }, steering: new RealSteering(cluster.client, { gatewayApi: { settleSeconds: 2 } }, program.context) };
    lab = await openLab();
    plane = {
      lab, name: namespace, router: { gatewayApi: { settleSeconds: 2 } },
      route: (place, host, service) => ({ resource: resources.httpRoutes, object: httpRoute(place, { name: 'edge', namespace }, host, service) }),
      doors: (_, host) => [{ url: edge.door.url, headers: { host } }],
    };
  }, START_MILLISECONDS);

  afterAll(async () => {
    for (const each of [envoy, contour, program, cluster, lab]) await each?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function writeRoutes(port: number): Promise<void> {
    await cluster.client.create(resources.gatewayClasses, { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', metadata: { name: 'contour' }, spec: { controllerName: CONTOUR_CONTROLLER } });
    await cluster.client.create(resources.gatewayApiGateways, {
      apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: { name: 'edge', namespace },
      spec: { gatewayClassName: 'contour', listeners: [{ name: 'web', port, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } }] },
    });
    await cluster.client.create(resources.httpRoutes, {
      apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'shop', namespace },
      spec: { parentRefs: [{ name: 'edge' }], hostnames: [HOST], rules: [{ backendRefs: [{ name: 'shop', port: 80 }] }] },
    });
  }

  it.concurrent.each(inRound(Object.entries(wholeReleases), (_, index) => index % 2 === 0))('%s', (_, expectIt) => expectIt(plane), WHOLE_MILLISECONDS);

  if (!isFirst) return;
  it.each([0, 5, 100, 333, 500, 1000, 250])('%i per mille', (canary) => expectShares(edge, splitOf(canary)));
  it.each(Object.entries(matchCases))('%s leads to the canary', (_, each) => expectMatch(edge, each));
  it('all requests are mirrored', () => expectMirror(edge, 1000));
  // It would copy all of them: it does not read `percent`, and lists no features.
  it('a mirror of a part of the requests is refused before users see it', async () => {
    expect(await edge.steering.inexpressible({ shares: { stable: 1000, canary: 0 }, mirror: 200 })).toEqual([expect.stringContaining('does not copy a part of the requests')]);
    expect(await edge.steering.inexpressible({ shares: { stable: 1000, canary: 0 }, mirror: 1000 })).toEqual([]);
  });
  it('a preview is seen by path', () => expectPreviewPath(edge));
  it('a preview is seen by host', () => expectPreviewHost(edge));
  it('users stay with the version that they met', () => expectStickiness(edge));
  // Its routes and clusters come in streams of their own: a route that names a Service for the first time, or for the last,
  // gets 503 (no_cluster) for some milliseconds. Named with weight 0 before and after, none is lost.
  it('no request is lost while shares move', () => expectNoLoss([edge.door], edge));

  describe('GRPCRoute', () => {
    let calls: GrpcDoor;
    beforeAll(async () => {
      const [place, host] = ['contour-grpc', 'calls.example.com'];
      const route = (): Promise<unknown> => cluster.client.create(resources.grpcRoutes, grpcRoute({ namespace: place, name: 'shop' }, { namespace, name: 'edge' }, host, 'shop'));
      calls = await openGrpcDoor(cluster.client, { namespace: place, addresses: '10.245.206', router: { gatewayApi: { settleSeconds: 2 } }, target: new URL(edge.door.url).host, host, route });
    });
    afterAll(() => calls?.stop());
    it.each(Object.entries(grpcCases))('gRPC: %s', (_, expectIt) => expectIt(calls));
  });
  describeGoldenCases('contour', () => ({
    client: cluster.client, addresses: '10.245.204', door: { host: '127.0.0.1', port: envoyPortOf(port) },
    place: { namespace, proxies: {}, port },
  }));

  it('what was found is put back', async () => {
    await edge.steering.go(splitOf(500));
    await edge.steering.release();
    expect((await cluster.client.get(resources.httpRoutes, { namespace, name: 'shop' })).spec.rules).toMatchObject([{ backendRefs: [{ name: 'shop', port: 80 }] }]);
    await expectCounted(edge.door, { shares: { stable: 667, canary: 333 } });
  });
});
