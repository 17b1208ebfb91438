import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EvidenceSpec } from '../../src/model/evidence-record.js';
import type { Release } from '../../src/model/release.js';
import { API_VERSION } from '../../src/model/resources.js';
import { Driver, serinResources } from '../driver/driver.js';
import { namespace, policy } from '../driver/program.js';
import { serin, start } from './driven-shell.js';

let driver: Driver;
beforeEach(async () => {
  driver = new Driver();
  await driver.startCluster();
});
afterEach(() => driver.stop());

const text = async (...args: string[]): Promise<string> => (await serin(driver, args)).out;
const failure = async (...args: string[]): Promise<string> => (await serin(driver, args)).err;

const errors = { name: 'errors', kind: 'errorRate', outcome: 'undecided', says: 'no sign of trouble after 40 requests', samples: 4 } as const;
const evidence = (change: Partial<EvidenceSpec> = {}): EvidenceSpec => ({
  release: 'web-1', canary: 'b', writtenAt: '2026-01-01T00:00:04.000Z', outcome: 'undecided',
  metrics: [
    { ...errors, points: [1, 2, 3, 4].map((second) => ({ at: `2026-01-01T00:00:0${second}.000Z`, seconds: 1, stable: { count: 90, bad: 1 }, canary: { count: 10, bad: second } })), checkpoint: 'nobody needs to see this' },
    { name: 'latency', kind: 'latency', outcome: 'undecided', says: 'nothing yet', samples: 0, problem: 'Pod web-b-1 answers 404.', dryRun: true },
  ],
  ...change,
});

/** A policy with a release under way, as a controller would leave them, and nobody who changes them. */
async function underWay(spec: object = {}): Promise<void> {
  await driver.run(async () => {
    const made = await driver.client.create(serinResources.releasePolicies, policy());
    await driver.client.replace(serinResources.releasePolicies, { ...made, status: { phase: 'Releasing', release: 'web-1' } }, { subresource: 'status' });
    const analysis = { falseAlarm: 0.01, missed: 0.05, undecided: { milliseconds: 300_000, then: 'promote', minimumRequests: 20 }, metrics: [{ name: 'errors', errorRate: {} }] };
    // The old field is asked for by servers that know no analysis.
    const plan = { steps: [{ kind: 'weight', share: 100 }, { kind: 'promote' }], sizing: 'part', readyTimeoutMilliseconds: 1000, drainMilliseconds: 0, judge: { maximumErrorRateIncrease: 0, minimumRequests: 1 }, analysis };
    const release = { apiVersion: API_VERSION, kind: 'Release', metadata: { name: 'web-1', namespace }, spec: { policy: 'web', workload: { kind: 'Deployment', name: 'web' }, stable: { replicaSet: 'web-a', hash: 'a' }, canary: { replicaSet: 'web-b', hash: 'b' }, plan, ...spec } };
    await driver.client.create(serinResources.releases, release as unknown as Release);
    await setPhase('Progressing');
  });
}

async function setPhase(phase: 'Progressing' | 'Completed'): Promise<void> {
  const status = { phase, step: { index: 0, startedAt: '2026-01-01T00:00:00Z' }, message: 'Watches the canary.', intent: { routing: 'split', share: 100, sizes: {}, holders: { stable: 'home', canary: 'release', others: 'release' }, paused: true } };
  await driver.client.patch(serinResources.releases, { namespace, name: 'web-1' }, { kind: 'merge', body: { status } }, { subresource: 'status' });
}

const write = (spec: EvidenceSpec): Promise<unknown> => driver.run(() => driver.client.apply(serinResources.evidence, { apiVersion: API_VERSION, kind: 'Evidence', metadata: { name: 'web-1', namespace }, spec } as never, { fieldManager: 'test', force: true }));

it('draws what is on record of a release, or of the last one of a policy', async () => {
  await underWay();
  await write(evidence());
  const out = await text('evidence', 'web');
  expect(out).toContain('evidence of release web-1  undecided  2 metrics, written ');
  expect(out).toContain('? errors  undecided  errorRate, 4 samples\n  no sign of trouble after 40 requests\n  canary  ▂▄▆█  last 40 %, highest 40 %\n  stable  ▁▁▁▁  last 1.1 %, highest 1.1 %\n');
  expect(out).toContain('? latency  undecided  dry run: decides nothing  latency, 0 samples\n  nothing yet\n  No samples at the moment: Pod web-b-1 answers 404.\n');
  expect(await text('evidence', 'release/web-1')).toBe(out);
  const one = await text('evidence', 'web', '--metric', 'errors');
  expect(one).not.toContain('latency');
  expect(one.split('\n').length).toBeGreaterThan(10);
  expect(await failure('evidence', 'web', '--metric', 'erors')).toBe('serin: release web-1 has no metric "erors". There are errors, latency.\n');
});

it('gives it to programs, without the state of the tests', async () => {
  await underWay();
  await write(evidence());
  const out = await text('evidence', 'web', '-o', 'json');
  expect(JSON.parse(out)).toMatchObject({ release: 'web-1', outcome: 'undecided', metrics: [{ name: 'errors', samples: 4 }, { name: 'latency', dryRun: true }] });
  expect(out).not.toContain('checkpoint');
  expect(await text('evidence', 'web', '-o', 'yaml', '--metric', 'latency')).toContain('problem: Pod web-b-1 answers 404.\n');
});

it('says why there is none', async () => {
  expect(await failure('evidence', 'nope')).toContain('there is no policy or release "nope"');
  await driver.run(() => driver.client.create(serinResources.releasePolicies, { ...policy(), metadata: { name: 'other', namespace } }));
  expect(await failure('evidence', 'other')).toBe('serin: policy other has had no release yet, so there is no evidence.\n');
  await underWay({ hotfix: 'the shop is down' });
  expect(await failure('evidence', 'web')).toBe('serin: release web-1 is a hotfix and is not judged: the shop is down.\n');
});

it('follows it, and tells outcomes and problems until the release has ended', async () => {
  await underWay();
  const watching = start(driver, ['evidence', 'web-1', '--watch']);
  await driver.until('it says that there is none', () => watching.err() !== '');
  expect(watching.err()).toMatch(/^release web-1 has no evidence yet: nothing has been sampled\. Watches the canary\./);
  await write(evidence());
  await driver.until('metrics are told', () => watching.out().includes('latency'));
  await write(evidence({ writtenAt: '2026-01-01T00:00:09.000Z', metrics: [{ ...errors, samples: 9 }, { name: 'latency', kind: 'latency', outcome: 'pass', says: 'fine', samples: 5 }] }));
  await driver.until('the change is told', () => watching.out().includes('pass'));
  await driver.run(() => setPhase('Completed'));
  expect((await driver.run(() => watching.result)).code).toBe(0);
  expect(watching.out().trimEnd().split('\n')).toEqual([
    '00:00:04 web-1: errors undecided: no sign of trouble after 40 requests',
    '00:00:04 web-1: latency undecided (dry run): nothing yet No samples at the moment: Pod web-b-1 answers 404.',
    '00:00:09 web-1: latency pass: fine',
  ]);
});

it('stands in status, explain and history, too', async () => {
  await underWay();
  expect(await text('explain', 'web')).toContain('  It is judged by errors: the part that is bad, at most 1.5x as much as of stable');
  await write(evidence());
  expect(await text('status', 'web')).toMatch(/[├└]─ judged by\n.*├─ \? errors: no sign of trouble after 40 requests\n.*└─ \? latency \(dry run: decides nothing\): nothing yet No samples at the moment: Pod web-b-1 answers 404\.\n/);
  expect(await text('explain', 'web')).toContain('  ? errors: no sign of trouble after 40 requests\n');
  expect(JSON.parse(await text('status', 'web', '-o', 'json'))).toMatchObject({ metrics: [{ name: 'errors', outcome: 'undecided' }, { name: 'latency' }] });
  expect(await text('history', 'web')).toMatch(/ undecided /);
});
