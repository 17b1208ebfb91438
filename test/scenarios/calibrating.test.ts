import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { doorOf, startDoorTraffic, type DoorTraffic } from './doors.js';
import { startTestCluster, type TestCluster } from './local-cluster.js';
import { hostOf, openShop, policyOf } from './shop-manifests.js';
import { SteeredProgram } from './steered-program.js';

/** Fails every twentieth request; with BURSTS, and slowly, every second one for two of six seconds, the first Pod at other times than the second. */
const PROGRAM = `
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
const { HOST, PORT, BURSTS } = process.env;
let begun = 0;
try {
  if (BURSTS === 'yes') mkdirSync('first');
} catch {
  begun = 3000;
}
let asked = 0;
createServer((request, response) => {
  if (request.url === '/health') return response.end('ok');
  asked++;
  const burst = BURSTS === 'yes' && (Date.now() - begun) % 6000 < 2000;
  const answer = () => response.writeHead((burst ? asked % 2 : asked % 20) === 0 ? 500 : 200, { 'x-version': 'v1' }).end();
  if (burst) setTimeout(answer, 120);
  else answer();
}).listen(Number(PORT), HOST);
`;

interface Told {
  readonly division: string;
  readonly metrics: readonly { readonly name: string; readonly holds: boolean; readonly needed?: number; readonly missing: readonly string[]; readonly own: { readonly falseAlarms: number; readonly releases: number }; readonly stable: { readonly requests: number } }[];
  readonly suggestions: readonly { readonly place: string; readonly yaml: string }[];
}

let cluster: TestCluster;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'serin-calibrating-'));
  await writeFile(join(directory, 'program.mjs'), PROGRAM);
  const command = ['node', '--max-old-space-size=64', 'program.mjs'];
  await writeFile(join(directory, 'images.json'), JSON.stringify({ 'even:v1': { command }, 'uneven:v1': { command, env: { BURSTS: 'yes' } } }));
  cluster = await startTestCluster('--images', join(directory, 'images.json'));
}, 120_000);
afterAll(async () => {
  await cluster?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** A program at rest under a policy, with requests that go on. */
async function opened(namespace: string, image: string, replicas: number): Promise<{ readonly program: SteeredProgram; readonly traffic: DoorTraffic }> {
  await openShop(cluster, { namespace, image, replicas, doors: ['istio'] }, policyOf(namespace, { canary: { steps: [{ weight: 50 }] } }, { istio: {} }, {
    analysis: { falseAlarm: '10%', metrics: [{ name: 'errors', errorRate: {} }, { name: 'latency', latency: { percentile: 'p90', slower: '1x', worseBy: '1.25x', acceptBelow: '2x' } }] },
  }));
  const program = new SteeredProgram(cluster, namespace);
  await program.atRest();
  return { program, traffic: startDoorTraffic(doorOf(cluster.ingress, hostOf(namespace, 'istio')), 60) };
}

async function calibrated({ program, traffic }: Awaited<ReturnType<typeof opened>>, lasting: string): Promise<Told> {
  try {
    return JSON.parse(await program.serin('calibrate', 'shop', '--every', '250ms', '--for', lasting, '-o', 'json')) as Told;
  } finally {
    await traffic.stop();
  }
}

it('asks for no margin where Pods fail evenly', async () => {
  const two = await calibrated(await opened('even', 'even:v1', 2), '30s');
  expect(two.division).toBe('Pods');
  expect(two.metrics[0]).toMatchObject({ name: 'errors', missing: [], holds: true, own: { falseAlarms: 0 } });
  expect(two.metrics[0]?.needed).toBeLessThanOrEqual(1.25);
  expect(two.metrics[0]?.stable.requests).toBeGreaterThan(0);
}, 300_000);

it('asks for none where one Pod fails evenly', async () => {
  const one = await calibrated(await opened('alone', 'even:v1', 1), '60s');
  expect(one.division).toBe('time');
  expect(one.metrics[0]).toMatchObject({ name: 'errors', missing: [], holds: true });
}, 300_000);

it('asks for a margin where each Pod has bad moments of its own, of errors and of durations, and says what to paste', async () => {
  const told = await calibrated(await opened('uneven', 'uneven:v1', 2), '40s');
  for (const { needed, holds, missing } of told.metrics) {
    expect(missing).toEqual([]);
    expect(holds).toBe(false);
    // None up to the highest is no margin either.
    expect(needed ?? Infinity).toBeGreaterThan(1);
  }
  expect(told.suggestions).toMatchObject([{ place: 'policy shop', yaml: expect.stringMatching(/^analysis:\n {2}metrics:\n {4}- name: errors\n/) as string }]);
}, 300_000);
