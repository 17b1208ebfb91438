import { afterEach, describe, expect, it } from 'vitest';
import type { ClusterClient } from '../../cluster/client.js';
import { firstStatus } from '../../engine/advance.js';
import { releaseWith } from '../../engine/testing/arbitraries.js';
import type { EvidenceRecord } from '../../model/evidence-record.js';
import type { PlannedAnalysis } from '../../model/policy/analysis.js';
import type { Release } from '../../model/release.js';
import { noFaults } from '../../ports/fault-port.js';
import { seededRandom } from '../../ports/random.js';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { Conflicts } from '../conflicts.js';
import { noObserver } from '../observer.js';
import { Analyses, CHECKPOINT } from './analyses.js';
import type { Sources } from './sources.js';

const analysis: PlannedAnalysis = { falseAlarm: 0.01, missed: 0.05, undecided: { milliseconds: 300_000, then: 'hold', minimumRequests: 20 }, metrics: [{ name: 'errors', errorRate: {} }] };

describe('the analyses of many releases', () => {
  const clock = new VirtualClock();
  const writes: { name: string; at: number }[] = [];
  const changes: { name: string; urgent: boolean }[] = [];
  let bad = 0;
  let all: Analyses | undefined;
  afterEach(async () => {
    await all?.stop();
    writes.length = changes.length = 0;
    bad = 0;
  });

  const releaseNamed = (name: string): Release => {
    const release = releaseWith([{ kind: 'pause' }, { kind: 'promote' }]);
    const known = { ...release, metadata: { ...release.metadata, name, namespace: 'shop', uid: name }, spec: { ...release.spec, plan: { ...release.spec.plan, analysis } } };
    return { ...known, status: { ...firstStatus(known, clock.now()), phase: 'Progressing' } };
  };

  /** Every 5 s a sample of each metric, taken by nobody in particular. */
  const sources: Sources = {
    track: () => undefined,
    counts: () => undefined,
    forget: () => undefined,
    collectorOf: () => ({
      interval: 5000,
      collect: () => Promise.resolve({ kind: 'errorRate', block: { at: clock.now(), seconds: 5, stable: { requests: 40, bad: 0 }, canary: { requests: 10, bad } } }),
    }),
  };

  const begin = (): Analyses => {
    const written = (object: EvidenceRecord): Promise<EvidenceRecord> => {
      writes.push({ name: object.metadata.name, at: clock.now() });
      return Promise.resolve(object);
    };
    const client = { create: (_: unknown, object: EvidenceRecord) => written(object), replace: (_: unknown, object: EvidenceRecord) => written(object), find: () => Promise.resolve(undefined) };
    all = new Analyses({
      writing: { client: client as unknown as ClusterClient, faults: noFaults, leadership: { mayWrite: () => true, epoch: () => 1 }, conflicts: new Conflicts(() => 0) },
      clock, random: seededRandom(4), sources, observer: noObserver,
      leads: () => true,
      onChange: ({ name }, urgent) => void changes.push({ name, urgent }),
      onError: (error) => {
        throw error;
      },
    });
    return all;
  };

  it('are spread over time, though they began at once', async () => {
    const COUNT = 300;
    const analyses = begin();
    for (let index = 0; index < COUNT; index++) analyses.track(releaseNamed(`web-${index}`), true);
    for (let second = 0; second < 40; second++) await clock.advance(1000);
    const bySecond = new Map<number, number>();
    for (const { at } of writes) bySecond.set(Math.floor(at / 1000), (bySecond.get(Math.floor(at / 1000)) ?? 0) + 1);
    expect(new Set(writes.map(({ name }) => name)).size).toBe(COUNT);
    expect(Math.max(...bySecond.values())).toBeLessThanOrEqual(60);
    for (const name of ['web-0', 'web-299']) {
      const times = writes.filter((each) => each.name === name).map(({ at }) => at);
      expect(times.length).toBeGreaterThanOrEqual(2);
      for (const [index, at] of times.slice(1).entries()) expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(CHECKPOINT);
    }
  });

  it('call for a release that is to be taken back at once, and write its verdict only after the pass', async () => {
    const analyses = begin();
    analyses.track(releaseNamed('web-1'), true);
    await clock.advance(100);
    expect(writes).toHaveLength(1);
    bad = 10;
    await clock.advance(10_000);
    expect(analyses.observe({ namespace: 'shop', name: 'web-1' })).toMatchObject([{ name: 'errors', outcome: 'fail' }]);
    expect(changes).toContainEqual({ name: 'web-1', urgent: true });
    expect(writes).toHaveLength(1);
    analyses.passed({ namespace: 'shop', name: 'web-1' });
    await clock.advance(0);
    expect(writes).toHaveLength(2);
  });

  it('write once more at the end and forget; write nothing when another leads', async () => {
    const analyses = begin();
    for (const name of ['web-1', 'web-2']) analyses.track(releaseNamed(name), true);
    await clock.advance(6000);
    const before = writes.length;
    analyses.finish({ namespace: 'shop', name: 'web-1' });
    analyses.forget({ namespace: 'shop', name: 'web-2' });
    await clock.advance(60_000);
    expect(writes.slice(before).map(({ name }) => name)).toEqual(['web-1']);
    expect(analyses.observe({ namespace: 'shop', name: 'web-1' })).toEqual([]);
    expect(clock.nextDue()).toBeUndefined();
  });
});
