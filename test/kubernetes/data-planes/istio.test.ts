import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../../src/kubernetes/resources.js';
import { splitOf } from '../../../src/model/split.js';
import { shareProblem } from '../../scenarios/doors.js';
import { eventually } from '../../scenarios/local-cluster.js';
import { openLab, type Lab } from '../lab/open-lab.js';
import { inRound, isFirst } from '../lab/rounds.js';
import { askConnections, Connection, ConnectionBackend, type ConnectionDoor } from './connection-program.js';
import { installIstioKinds } from './custom-kinds.js';
import type { Envoy } from './envoy.js';
import { freePort } from './free-port.js';
import { describeGoldenCases } from './golden-cases.js';
import { startIstioEnvoy } from './istio-envoy.js';
import { startIstiod, type Istiod } from './istiod.js';
import { openProgram, type Program } from './program.js';
import { openRealCluster, type RealCluster } from './real-cluster.js';
import type { ReleasePlane } from './released-shop.js';
import { RealSteering } from './real-steering.js';
import { expectCounted, expectMatch, expectMirror, expectNoLoss, expectPreviewHost, expectPreviewPath, expectShares, expectStickiness, matchCases, type SteeredDoor } from './shown-shares.js';
import { grpcCases, openGrpcDoor, type GrpcDoor } from './shown-grpc.js';
import { WHOLE_MILLISECONDS, wholeReleases } from './whole-releases.js';
import { wholeStrategies } from './whole-strategies.js';

const namespace = 'istio-envoy';
const HOST = 'shop.example.com';
const START_MILLISECONDS = 180_000;

describe('istiod and Envoy: the share that real clients count is the share asked', () => {
  let directory: string;
  let cluster: RealCluster;
  let istiod: Istiod;
  let gateway: Envoy;
  let sidecar: Envoy;
  let program: Program;
  let edge: SteeredDoor;
  let inside: SteeredDoor;
  let lab: Lab;
  let plane: ReleasePlane;
  /** That of the Gateway of the golden cases. */
  let goldenPort: number;

  beforeAll(async () => {
    const signal = AbortSignal.timeout(START_MILLISECONDS);
    directory = await mkdtemp(join(tmpdir(), 'serin-istio-'));
    cluster = await openRealCluster(signal);
    await installIstioKinds(cluster.client);
    program = await openProgram(cluster.client, { namespace, addresses: '10.245.200' });
    istiod = await startIstiod(directory, cluster.kubeconfig, signal);
    const port = await freePort();
    goldenPort = await freePort();
    await writeMesh(port);
    gateway = await startIstioEnvoy(istiod, directory, { role: 'router', namespace, address: '10.245.200.1', labels: { istio: 'edge' }, drainSeconds: 2 }, signal);
    sidecar = await startIstioEnvoy(istiod, directory, { role: 'sidecar', namespace, address: '10.245.200.2', labels: { app: 'client' } }, signal);
    const steering = new RealSteering(cluster.client, { istio: { settleSeconds: 2 } }, program.context);
    edge = { door: { url: `http://127.0.0.1:${port}/`, headers: { host: HOST } }, steering, program };
    inside = { door: { url: 'http://127.0.0.1:80/', headers: { host: `shop.${namespace}` } }, steering, program };
    await edge.steering.go(splitOf(0));
    lab = await openLab();
    plane = {
      lab, name: 'istio', router: { istio: { settleSeconds: 2 } },
      route: (place, host, service) => ({
        resource: resources.virtualServices,
        object: {
          apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: place,
          spec: { hosts: [host, service], gateways: [`${namespace}/edge`, 'mesh'], http: [{ route: [{ destination: { host: service } }] }] },
        },
      }),
      doors: (place, host, service) => [{ url: edge.door.url, headers: { host } }, { url: inside.door.url, headers: { host: `${service}.${place}` } }],
    };
  }, START_MILLISECONDS);

  afterAll(async () => {
    for (const each of [gateway, sidecar, istiod, program, cluster, lab]) await each?.stop();
    if (process.env['KEEP'] === undefined) await rm(directory, { recursive: true, force: true });
  });

  /** A gateway, a VirtualService for it and for the mesh, and a DestinationRule of the user's with a subset of its own. */
  async function writeMesh(port: number): Promise<void> {
    const { client } = cluster;
    await client.create(resources.gateways, {
      apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'edge', namespace },
      spec: { selector: { istio: 'edge' }, servers: [{ port: { number: port, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }] },
    });
    await client.create(resources.virtualServices, {
      apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'shop', namespace },
      spec: { hosts: [HOST, 'shop'], gateways: ['edge', 'mesh'], http: [{ name: 'primary', route: [{ destination: { host: 'shop' } }] }] },
    });
    await client.create(resources.destinationRules, {
      apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata: { name: 'shop', namespace },
      spec: { host: 'shop', trafficPolicy: { connectionPool: { tcp: { connectTimeout: '7s' } } }, subsets: [{ name: 'everybody', labels: { app: 'shop' } }] },
    });
  }

  it.concurrent.each(inRound(Object.entries({ ...wholeReleases, ...wholeStrategies }), (_, index) => index % 2 === 1))('%s', (_, expectIt) => expectIt(plane), WHOLE_MILLISECONDS);

  if (!isFirst) return;
  it.each([5, 100, 333, 500, 1000, 250, 0])('%i per mille, at the gateway and by a sidecar', async (canary) => {
    await expectShares(edge, splitOf(canary));
    await expectCounted(inside.door, splitOf(canary));
  });

  it.each(Object.entries(matchCases))('%s leads to the canary', async (_, each) => {
    await expectMatch(edge, each);
    await expectMatch(inside, each);
  });

  it.each([1000, 200])('%i per mille are mirrored', async (mirror) => {
    await expectMirror(edge, mirror);
    await expectMirror(inside, mirror);
  });

  it('a preview is seen by path', () => expectPreviewPath(edge));
  it('a preview is seen by host', () => expectPreviewHost(edge));

  it('users stay with the version that they met', async () => {
    await expectStickiness(edge);
    await expectStickiness(inside);
  });

  describe('gRPC', () => {
    let calls: GrpcDoor;
    beforeAll(async () => {
      const [place, host] = ['istio-calls', 'calls.example.com'];
      const spec = { hosts: [host], gateways: [`${namespace}/edge`], http: [{ route: [{ destination: { host: 'shop' } }] }] };
      const route = (): Promise<unknown> => cluster.client.create(resources.virtualServices, { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'shop', namespace: place }, spec });
      calls = await openGrpcDoor(cluster.client, { namespace: place, addresses: '10.245.208', router: { istio: { settleSeconds: 2 } }, target: new URL(edge.door.url).host, host, route });
    });
    afterAll(() => calls?.stop());
    it.each(Object.entries(grpcCases))('gRPC: %s', (_, expectIt) => expectIt(calls));
  });

  describe('connections of tcp and tls routes', () => {
    const CONNECTIONS = 600;
    const FEW = 20;
    let steering: RealSteering;
    let shop: Program;
    let ports: Readonly<Record<'tcp' | 'tls', number>>;
    let doors: Readonly<Record<string, ConnectionDoor>>;

    beforeAll(async () => {
      const place = 'istio-connections';
      ports = { tcp: await freePort(), tls: await freePort() };
      shop = await openProgram(cluster.client, { namespace: place, addresses: '10.245.205', portName: 'tcp', listen: (...each) => ConnectionBackend.start(...each) });
      const [open, closed] = [{ port: { number: ports.tcp, name: 'tcp', protocol: 'TCP' }, hosts: ['*'] }, { port: { number: ports.tls, name: 'tls', protocol: 'TLS' }, tls: { mode: 'PASSTHROUGH' }, hosts: ['*.example.com'] }];
      await cluster.client.create(resources.gateways, { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'connections', namespace }, spec: { selector: { istio: 'edge' }, servers: [open, closed] } });
      const route = [{ destination: { host: 'shop', port: { number: 80 } } }];
      await cluster.client.create(resources.virtualServices, {
        apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'shop', namespace: place },
        spec: {
          hosts: ['*.example.com'], gateways: [`${namespace}/connections`],
          tcp: [{ match: [{ port: ports.tcp }], route }],
          tls: [{ match: [{ port: ports.tls, sniHosts: ['a.example.com'] }], route }, { match: [{ port: ports.tls, sniHosts: ['b.example.com'] }], route }],
        },
      });
      doors = { tcp: { port: ports.tcp }, a: { port: ports.tls, serverName: 'a.example.com' }, b: { port: ports.tls, serverName: 'b.example.com' } };
      steering = new RealSteering(cluster.client, { istio: { settleSeconds: 2, virtualServices: [{ name: 'shop', tcp: [{}], tls: [{}] }] } }, shop.context);
    });
    afterAll(() => shop?.stop());

    it.each([100, 500, 1000])('%i per mille', async (canary) => {
      await steering.go(splitOf(canary));
      for (const [name, door] of Object.entries(doors)) {
        const { versions, failed } = await askConnections(door, CONNECTIONS);
        expect([name, failed]).toEqual([name, 0]);
        expect(shareProblem(versions['v2'] ?? 0, CONNECTIONS, canary / 1000), name).toBeUndefined();
      }
    });

    // Weights of these routes are a part of the listener: what changes is replaced, and the old one is drained.
    it('a connection that is open stays with its version until the proxy has drained what was replaced', async () => {
      await steering.go(splitOf(0));
      const open = await Promise.all(Object.values(doors).map((door) => Connection.open(door)));
      for (const each of open) expect(await each.ask()).toBe('v1');
      await steering.go(splitOf(1000));
      for (const door of Object.values(doors)) expect(await askConnections(door, FEW)).toEqual({ versions: { v2: FEW }, failed: 0 });
      for (const each of open) await eventually('it is ended', async () => (await each.ask().catch(() => 'ended')) === 'ended');
    });

    it('what was found is put back', async () => {
      await steering.release();
      const { spec } = await cluster.client.get(resources.virtualServices, { namespace: 'istio-connections', name: 'shop' });
      const route = [{ destination: { host: 'shop', port: { number: 80 } } }];
      expect([spec.tcp, spec.tls].flat().map((each) => each?.route)).toEqual([route, route, route]);
    });
  });

  it("the second DestinationRule merges with the user's", async () => {
    await edge.steering.go(splitOf(500));
    const clusters = await clustersOf(gateway, `shop.${namespace}.svc.cluster.local`);
    const { stable, canary } = program.context.versions;
    expect(Object.keys(clusters).sort()).toEqual(['', 'everybody', `serin-${canary.hash}`, `serin-${stable.hash}`].sort());
    expect(new Set(Object.values(clusters))).toEqual(new Set(['7s']));
  });

  describeGoldenCases('istio', () => ({
    client: cluster.client, addresses: '10.245.200', door: { host: '127.0.0.1', port: goldenPort },
    place: { namespace, proxies: { istio: 'edge' }, port: goldenPort },
  }));

  it('no request is lost while shares move', () => expectNoLoss([edge.door, inside.door], edge));

  it('what was found is put back', async () => {
    await edge.steering.go(splitOf(500));
    await edge.steering.release();
    const { spec } = await cluster.client.get(resources.virtualServices, { namespace, name: 'shop' });
    expect(spec.http).toEqual([{ name: 'primary', route: [{ destination: { host: 'shop' } }] }]);
    expect(await cluster.client.find(resources.destinationRules, { namespace, name: 'shop-serin' })).toBeUndefined();
    // One Pod of three.
    await expectCounted(edge.door, { shares: { stable: 667, canary: 333 } });
  });
});

/** The connect timeouts of an Envoy's clusters for a host, by subset. */
async function clustersOf(envoy: Envoy, host: string): Promise<Record<string, string>> {
  const text = JSON.stringify(await envoy.configDump());
  const found = [...text.matchAll(/"name":"outbound\|80\|([^|"]*)\|([^|"]*)","type":"EDS".*?"connect_timeout":"([^"]*)"/g)];
  return Object.fromEntries(found.filter(([, , of]) => of === host).map(([, subset = '', , timeout = '']) => [subset, timeout]));
}
