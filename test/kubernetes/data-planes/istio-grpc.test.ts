import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../../src/kubernetes/resources.js';
import { splitOf, type Split } from '../../../src/model/split.js';
import { shareProblem } from '../../scenarios/doors.js';
import { installIstioKinds } from './custom-kinds.js';
import { GrpcBackend, GrpcClient, registerGrpcClients } from './grpc-program.js';
import { startIstiod, type Istiod } from './istiod.js';
import { openProgram, versionNames, type Program } from './program.js';
import { openRealCluster, type RealCluster } from './real-cluster.js';
import { RealSteering } from './real-steering.js';
import { matchCases } from './shown-shares.js';

const namespace = 'istio-grpc';
const CALLS = 1_500;
const FEW = 40;
const START_MILLISECONDS = 180_000;
const { stable, canary } = versionNames;

describe('istiod and gRPC clients that are their own proxies: the share that real clients count is the share asked', () => {
  let directory: string;
  let cluster: RealCluster;
  let istiod: Istiod;
  let program: Program;
  let client: GrpcClient;
  let steering: RealSteering;

  beforeAll(async () => {
    const signal = AbortSignal.timeout(START_MILLISECONDS);
    directory = await mkdtemp(join(tmpdir(), 'serin-grpc-'));
    cluster = await openRealCluster(signal);
    await installIstioKinds(cluster.client);
    program = await openProgram(cluster.client, { namespace, addresses: '10.245.203', listen: (...each) => GrpcBackend.start(...each) });
    istiod = await startIstiod(directory, cluster.kubeconfig, signal);
    await cluster.client.create(resources.virtualServices, {
      apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'shop', namespace },
      spec: { hosts: ['shop'], http: [{ name: 'primary', route: [{ destination: { host: 'shop' } }] }] },
    });
    registerGrpcClients(istiod, namespace, '10.245.203.2');
    client = new GrpcClient(`xds:///shop.${namespace}.svc.cluster.local:80`);
    steering = new RealSteering(cluster.client, { istio: { settleSeconds: 2 } }, program.context);
  }, START_MILLISECONDS);

  afterAll(async () => {
    client?.stop();
    for (const each of [istiod, program, cluster]) await each?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function expectCalls({ shares }: Split): Promise<void> {
    const { versions, failed } = await client.ask(CALLS);
    expect(failed, JSON.stringify(versions)).toBe(0);
    expect(shareProblem(versions[canary] ?? 0, CALLS, shares.canary / 1000), JSON.stringify(versions)).toBeUndefined();
    expect((versions[stable] ?? 0) + (versions[canary] ?? 0)).toBe(CALLS);
  }

  it.each([0, 5, 100, 333, 500, 1000, 250])('%i per mille', async (share) => {
    await steering.go(splitOf(share));
    await expectCalls(splitOf(share));
  });

  it.each(Object.entries(matchCases).filter(([name]) => !name.includes('cookie')))('%s leads to the canary', async (_, { match, meeting, missing }) => {
    await steering.go({ shares: { stable: 1000, canary: 0 }, matches: [match] });
    for (const headers of meeting) expect((await client.ask(FEW, headers)).versions, JSON.stringify(headers)).toEqual({ [canary]: FEW });
    for (const headers of [{}, ...missing]) expect((await client.ask(FEW, headers)).versions, JSON.stringify(headers)).toEqual({ [stable]: FEW });
  });
});
