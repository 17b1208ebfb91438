import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../model/version.js';
import { bucketMeasure, noBuckets, rebased, separated, total, type Buckets } from './buckets.js';
import { countBlock, countMeasure, type RawCounts } from './counts.js';
import { gaugeSample } from './gauges.js';
import { HistogramBlocks } from './histograms.js';
import type { Said } from './measure.js';
import { PodIncreases } from './pod-increases.js';
import { VersionWindow } from './version-window.js';

const SINCE = 1_000_000;

/** What happens to one Pod in one round: requests, perhaps a new beginning first, perhaps no answer. */
const event = fc.record({ requests: fc.nat(50), failures: fc.nat(5), restarts: fc.boolean(), answers: fc.boolean() });
const pod = fc.record({
  role: fc.constantFrom<Role>('stable', 'canary'),
  isOld: fc.boolean(),
  before: fc.nat(1000),
  /** First round in which it is there, and the one from which on it is gone. */
  from: fc.nat(5),
  until: fc.integer({ min: 6, max: 14 }),
  events: fc.array(event, { minLength: 14, maxLength: 14 }),
});
const story = fc.record({ pods: fc.array(pod, { minLength: 1, maxLength: 5 }), takes: fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }), order: fc.boolean() });

describe('windows', () => {
  it('hand over each request of both versions once, whatever restarts, is silent, comes and goes', () => {
    fc.assert(
      fc.property(story, ({ pods, takes, order }) => {
        const increases = new PodIncreases(countMeasure, SINCE);
        const window = new VersionWindow(countMeasure, SINCE);
        const counters = pods.map(({ before, isOld }) => ({ requests: isOld ? before : 0, failures: 0 }));
        /** What was asked for and answered, as far as it can be known: a counter that began anew between two answers took along what it had. */
        const expected: Record<Role, { requests: number; failures: number }> = { stable: { requests: 0, failures: 0 }, canary: { requests: 0, failures: 0 } };
        const known = pods.map(({ isOld }): RawCounts | undefined => (isOld ? undefined : { requests: 0, failures: 0 }));
        const sums = structuredClone(expected);
        let lastAt = SINCE;
        let lastComplete = structuredClone(expected);
        for (let round = 0; round < takes.length; round++) {
          const at = SINCE + (round + 1) * 1000;
          const said: Said<RawCounts>[] = pods.flatMap(({ role, isOld, from, until, events }, index): Said<RawCounts>[] => {
            const counter = counters[index];
            const happened = events[round];
            if (!counter || !happened || round < from || round >= until) return [];
            // A counter that begins anew and passes its old value before anybody looks cannot be told from one that went on.
            const before = known[index];
            if (happened.restarts && (before === undefined || before.requests > happened.requests)) Object.assign(counter, { requests: 0, failures: 0 });
            counter.requests += happened.requests;
            counter.failures += Math.min(happened.failures, happened.requests);
            const pod = { pod: `p${index}`, role, created: isOld ? SINCE - 60_000 : SINCE + round * 1000 };
            if (!happened.answers) return [{ ...pod, value: undefined }];
            const now = { ...counter };
            if (before) {
              const fell = now.requests < before.requests || now.failures < before.failures;
              expected[role].requests += fell ? now.requests : now.requests - before.requests;
              expected[role].failures += fell ? now.failures : now.failures - before.failures;
            }
            known[index] = now;
            return [{ ...pod, value: now }];
          });
          window.add(at, increases.add(order ? said : said.reverse()));
          const canAll = (['stable', 'canary'] as const).every((role) => said.every((each) => each.role !== role) || said.some((each) => each.role === role && each.value));
          if (canAll) lastComplete = structuredClone(expected);
          const block = takes[round] === true || round === takes.length - 1 ? window.take() : undefined;
          if (!block) continue;
          expect(block.at).toBeGreaterThan(lastAt);
          expect(block.at - block.seconds * 1000).toBe(lastAt);
          lastAt = block.at;
          const { stable, canary } = countBlock(block);
          sums.stable.requests += stable.requests;
          sums.stable.failures += stable.bad;
          sums.canary.requests += canary.requests;
          sums.canary.failures += canary.bad;
        }
        expect(sums).toEqual(lastComplete);
      }),
      { numRuns: 500 },
    );
  });

  it('keep what one version did while the other could not be asked for the next block', () => {
    const increases = new PodIncreases(countMeasure, SINCE);
    const window = new VersionWindow(countMeasure, SINCE);
    const say = (at: number, stable: number | undefined, canary: number | undefined): void => {
      const value = (requests: number | undefined): RawCounts | undefined => (requests === undefined ? undefined : { requests, failures: 0 });
      window.add(at, increases.add([{ pod: 'a', role: 'stable', created: SINCE, value: value(stable) }, { pod: 'b', role: 'canary', created: SINCE, value: value(canary) }]));
    };
    say(SINCE + 1000, 10, undefined);
    expect(window.take()).toBeUndefined();
    say(SINCE + 2000, 20, 5);
    expect(window.take()).toMatchObject({ seconds: 2, stable: { requests: 20 }, canary: { requests: 5 } });
    say(SINCE + 3000, undefined, 6);
    say(SINCE + 4000, 21, undefined);
    expect(window.take()).toBeUndefined();
    say(SINCE + 5000, 22, 9);
    expect(window.take()).toMatchObject({ at: SINCE + 5000, seconds: 3, stable: { requests: 2 }, canary: { requests: 4 } });
  });

  it('give blocks without requests for a version that has no Pods', () => {
    const window = new VersionWindow(countMeasure, SINCE);
    window.add(SINCE + 1000, new PodIncreases(countMeasure, SINCE).add([{ pod: 'a', role: 'stable', created: SINCE, value: { requests: 3, failures: 1 } }]));
    expect(countBlock(window.take() ?? { at: 0, seconds: 0, stable: countMeasure.zero, canary: countMeasure.zero })).toEqual({ at: SINCE + 1000, seconds: 1, stable: { requests: 3, bad: 1 }, canary: { requests: 0, bad: 0 } });
  });

  it('begin anew where counters come from elsewhere', () => {
    const before = { requests: 10, failures: 0, source: 'program' };
    expect(countMeasure.increase(before, { requests: 50, failures: 0, source: 'istio' })).toEqual({ requests: 0, failures: 0 });
    expect(countMeasure.increase({ requests: 0, failures: 0 }, before)).toEqual({ requests: 10, failures: 0 });
  });
});

describe('histograms', () => {
  const edgeSets = [[1, 5, 10], [5, 10, 50], [10], [1, 5, 10, 50]];
  const observations = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 20 });
  const cumulated = (values: readonly number[], edges: readonly number[]): Buckets => ({ edges, counts: [...edges.map((edge) => values.filter((value) => value <= edge).length), values.length] });

  it('lose no observation and invent none, with any edges, and give no finer edges later', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ stable: observations, canary: observations, edges: fc.constantFrom(...edgeSets) }), { minLength: 1, maxLength: 8 }), (rounds) => {
        const increases = new PodIncreases(bucketMeasure, SINCE);
        const window = new VersionWindow(bucketMeasure, SINCE);
        const blocks = new HistogramBlocks();
        const all: Record<Role, number[]> = { stable: [], canary: [] };
        const handedOver = { stable: 0, canary: 0 };
        let edges: readonly number[] | undefined;
        rounds.forEach((round, index) => {
          all.stable.push(...round.stable);
          all.canary.push(...round.canary);
          const at = SINCE + (index + 1) * 1000;
          const said = (['stable', 'canary'] as const).map((role) => ({ pod: role, role, created: SINCE, value: cumulated(all[role], role === 'canary' ? round.edges : [1, 5, 10, 50]) }));
          window.add(at, increases.add(said));
          const taken = window.take();
          const block = taken && blocks.of(taken);
          if (!block) return;
          handedOver.stable += block.stable.reduce((sum, each) => sum + each, 0);
          handedOver.canary += block.canary.reduce((sum, each) => sum + each, 0);
          expect(block.stable).toEqual(separated(cumulated(round.stable, block.edges)));
          expect(block.canary).toEqual(separated(cumulated(round.canary, block.edges)));
          if (edges) expect(block.edges.every((edge) => edges?.includes(edge))).toBe(true);
          edges = block.edges;
        });
        expect(handedOver).toEqual({ stable: all.stable.length, canary: all.canary.length });
      }),
      { numRuns: 300 },
    );
  });

  it('take one that fell anywhere for one that began anew', () => {
    const before: Buckets = { edges: [1, 5], counts: [3, 6, 9] };
    expect(bucketMeasure.increase(before, { edges: [1, 5], counts: [2, 8, 10] })).toEqual({ edges: [1, 5], counts: [2, 8, 10] });
    expect(bucketMeasure.increase(before, { edges: [5], counts: [7, 10] })).toEqual({ edges: [5], counts: [1, 1] });
    expect(total(rebased(noBuckets, [1, 2]))).toBe(0);
  });
});

describe('gauges', () => {
  const said = (role: Role, value: number | undefined): Said<number> => ({ pod: `${role}${value ?? ''}`, role, created: 0, value });

  it('need a value of both versions, or of the canary where there is a limit', () => {
    expect(gaugeSample(5, [said('stable', 1), said('stable', 2), said('canary', 3), said('canary', undefined)], undefined)).toEqual({ at: 5, stable: [1, 2], canary: [3] });
    expect(gaugeSample(5, [said('canary', 3)], undefined)).toBeUndefined();
    expect(gaugeSample(5, [said('canary', 3)], 100)).toEqual({ at: 5, stable: [100], canary: [3] });
    expect(gaugeSample(5, [said('stable', 3), said('canary', undefined)], 100)).toBeUndefined();
  });
});
