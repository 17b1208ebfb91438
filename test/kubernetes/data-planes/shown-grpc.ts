import { expect } from 'vitest';
import type { ClusterClient } from '../../../src/cluster/client.js';
import type { RouterConfigs } from '../../../src/model/policy/routers.js';
import { splitOf, type Split } from '../../../src/model/split.js';
import { shareProblem } from '../../scenarios/doors.js';
import { eventually } from '../../scenarios/local-cluster.js';
import { GrpcBackend, GrpcClient } from './grpc-program.js';
import { openProgram, versionNames, type Program } from './program.js';
import { RealSteering } from './real-steering.js';
import { matchCases } from './shown-shares.js';

const CALLS = 600;
const FEW = 40;
const { stable, canary } = versionNames;

/** A gRPC program behind a gateway, what steers it, and a client of it. */
export interface GrpcDoor {
  readonly program: Program;
  readonly backends: Readonly<Record<string, GrpcBackend>>;
  readonly steering: RealSteering;
  readonly client: GrpcClient;
  /** Where the gateway listens, such as `127.0.0.1:80`. */
  readonly target: string;
  stop(): Promise<void>;
}

export interface GrpcDoorOptions {
  readonly namespace: string;
  /** The first three numbers of the addresses of its Pods. */
  readonly addresses: string;
  readonly router: RouterConfigs;
  readonly target: string;
  readonly host: string;
  /** Creates the user's route to the Service `shop`. */
  route(): Promise<unknown>;
}

export async function openGrpcDoor(cluster: ClusterClient, { namespace, addresses, router, target, host, route }: GrpcDoorOptions): Promise<GrpcDoor> {
  const backends: Record<string, GrpcBackend> = {};
  const listen = async (version: string, at: readonly string[], port: number): Promise<GrpcBackend> => (backends[version] = await GrpcBackend.start(version, at, port));
  const program = await openProgram(cluster, { namespace, addresses, portName: 'grpc', listen });
  await route();
  const client = new GrpcClient(target, host);
  await eventually(`${host} answers`, async () => (await client.ask(FEW)).failed === 0);
  const stop = (): Promise<void> => {
    client.stop();
    return program.stop();
  };
  return { program, backends, steering: new RealSteering(cluster, router, program.context), client, target, stop };
}

/** What is asked of every gateway that takes gRPC calls. */
export const grpcCases: Readonly<Record<string, (door: GrpcDoor) => Promise<void>>> = {
  'the share that clients count is the share asked': expectShares,
  'headers lead to the canary': expectMatches,
  'calls are mirrored, or that is refused': expectMirror,
  'a preview is seen by host': expectPreview,
  'clients stay with the version that they met, or that is refused': expectStickiness,
};

async function expectShares({ steering, client }: GrpcDoor): Promise<void> {
  for (const share of [100, 500, 1000]) {
    await steering.go(splitOf(share));
    await expectCalls(client, share);
  }
}

async function expectCalls(client: GrpcClient, share: number): Promise<void> {
  const { versions, failed } = await client.ask(CALLS);
  expect(failed, JSON.stringify(versions)).toBe(0);
  expect(shareProblem(versions[canary] ?? 0, CALLS, share / 1000), JSON.stringify(versions)).toBeUndefined();
  expect((versions[stable] ?? 0) + (versions[canary] ?? 0)).toBe(CALLS);
}

async function expectMatches({ steering, client }: GrpcDoor): Promise<void> {
  for (const { match, meeting, missing } of Object.entries(matchCases).flatMap(([name, each]) => (name === 'a header by pattern' || name === 'two headers' ? [each] : []))) {
    await steering.go({ shares: { stable: 1000, canary: 0 }, matches: [match] });
    for (const headers of meeting) expect((await client.ask(FEW, headers)).versions, JSON.stringify(headers)).toEqual({ [canary]: FEW });
    for (const headers of [{}, ...missing]) expect((await client.ask(FEW, headers)).versions, JSON.stringify(headers)).toEqual({ [stable]: FEW });
  }
}

async function expectMirror({ steering, client, backends }: GrpcDoor): Promise<void> {
  const split: Split = { shares: { stable: 1000, canary: 0 }, mirror: 1000 };
  const refusals = await steering.inexpressible(split);
  if (refusals.length > 0) return expect(refusals).toEqual([expect.stringMatching(/^mirror: .* does not copy requests/)]);
  await steering.go(split);
  for (const each of Object.values(backends)) each.takeCalls();
  expect(await client.ask(CALLS)).toEqual({ versions: { [stable]: CALLS }, failed: 0 });
  let copies = 0;
  await eventually(`${CALLS} calls are copied`, () => Promise.resolve((copies += backends[canary]?.takeCalls() ?? 0) === CALLS), 5, () => `${copies} were`);
  expect(backends[stable]?.takeCalls()).toBe(CALLS);
}

async function expectPreview({ steering, client, target }: GrpcDoor): Promise<void> {
  const host = 'green.example.com';
  await steering.go({ shares: { stable: 1000, canary: 0 }, preview: { host } });
  const tester = new GrpcClient(target, host);
  expect(await tester.ask(FEW)).toEqual({ versions: { [canary]: FEW }, failed: 0 });
  expect(await client.ask(FEW)).toEqual({ versions: { [stable]: FEW }, failed: 0 });
  tester.stop();
}

async function expectStickiness({ steering, client }: GrpcDoor): Promise<void> {
  const split: Split = { ...splitOf(300), sticky: { cookie: 'serin-version', maxAgeSeconds: 600 } };
  const refusals = await steering.inexpressible(split);
  if (refusals.length > 0) return expect(refusals).toEqual([expect.stringMatching(/^sticky: .* does not set cookies, as is known of/)]);
  await steering.go(split);
  for (const version of [canary, stable]) {
    const cookie = await client.meet(version);
    expect((await client.ask(FEW, { cookie })).versions, cookie).toEqual({ [version]: FEW });
  }
  await expectCalls(client, 300);
}
