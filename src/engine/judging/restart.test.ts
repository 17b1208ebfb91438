import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom, type Random } from '../../ports/random.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import { judgeOf, type JudgeState } from './judge.js';
import { analysisOf, START } from './testing/samples.js';

/** As bad as it may be, where the promise is tightest. */
const PROMISED = 0.1;
const analysis = { ...analysisOf({ name: 'errors', errorRate: { worseBy: '1.5x', negligible: '0%' } }), falseAlarm: PROMISED };
const judge = judgeOf(analysis, { first: false });
const about = { release: 'web-1', canary: 'abc', now: START };
const bad = (random: Random, count: number, chance: number): number => Array.from({ length: count }, random).filter((luck) => luck < chance).length;

const sampleAt = (random: Random, second: number, stable: number, canary: number): MetricSample => ({
  kind: 'errorRate',
  block: { at: START + second * 1000, seconds: 1, stable: { requests: 40, bad: bad(random, 40, stable) }, canary: { requests: 20, bad: bad(random, 20, canary) } },
});

const outcomeOf = (state: JudgeState): string => judge.observe(state)[0]?.outcome ?? '';
/** A restart: what the record has, and nothing else. As JSON, as the API server keeps it. */
const restarted = (recorded: JudgeState): JudgeState => judge.restored(JSON.parse(JSON.stringify(judge.record(recorded, about))), 'abc');

describe('a restart', () => {
  it('at any time, with what came since the checkpoint lost and some of what came before it seen again, raises no false alarms', () => {
    const runs = 700;
    let alarms = 0;
    for (let run = 0; run < runs; run++) {
      const random = seededRandom(run);
      const seen: MetricSample[] = [];
      let state = judge.fresh;
      let recorded = state;
      for (let second = 1; second <= 60; second++) {
        const sample = sampleAt(random, second, 0.05, 0.075);
        seen.push(sample);
        state = judge.add(state, 'errors', sample);
        if (outcomeOf(state) === 'fail') {
          alarms++;
          break;
        }
        if (random() < 0.2) recorded = state;
        if (random() > 0.1) continue;
        // Those that came after the record are gone; some that it holds already come once more.
        const known = judge.record(recorded, about).metrics[0]?.points?.at(-1)?.at ?? '';
        state = restarted(recorded);
        for (const again of seen.filter(({ kind, ...rest }) => kind === 'errorRate' && 'block' in rest && new Date(rest.block.at).toISOString() <= known).slice(-5)) state = judge.add(state, 'errors', again);
        recorded = state;
      }
    }
    // More has a chance of less than one in a million when the promise holds.
    expect(alarms).toBeLessThan(runs * PROMISED + 4.9 * Math.sqrt(runs * PROMISED * (1 - PROMISED)));
  });

  it('without loss leads to the same verdicts, but for what is cut off', () => {
    const stream = fc.record({ seed: fc.integer(), canary: fc.constantFrom(0.01, 0.05, 0.1, 0.3), cuts: fc.uniqueArray(fc.integer({ min: 1, max: 79 }), { maxLength: 12 }) });
    fc.assert(
      fc.property(stream, ({ seed, canary, cuts }) => {
        const random = seededRandom(seed);
        let [whole, cut] = [judge.fresh, judge.fresh];
        const proofs = (state: JudgeState): Readonly<Record<string, number>> => judge.record(state, about).metrics[0]?.numbers ?? {};
        for (let second = 1; second < 80; second++) {
          const sample = sampleAt(random, second, 0.05, canary);
          whole = judge.add(whole, 'errors', sample);
          cut = judge.add(cuts.includes(second) ? restarted(cut) : cut, 'errors', sample);
          const [one, other] = [proofs(whole), proofs(cut)];
          for (const name of ['worsePValue', 'finePValue']) {
            const apart = Math.log((other[name] ?? 1) / (one[name] ?? 1));
            // A thousandth of a unit a bettor and restart, and bets on a base rate that is rounded as well.
            expect(Math.abs(apart)).toBeLessThan(0.02 * (cuts.length + 1));
          }
          const close = Math.abs(Math.log((one['worsePValue'] ?? 1) / PROMISED)) < 0.3 || Math.abs(Math.log((one['finePValue'] ?? 1) / 0.05)) < 0.3 || Math.abs(Math.log(one['worseEvidence'] ?? 1)) < 0.3;
          if (!close) expect(outcomeOf(cut)).toBe(outcomeOf(whole));
        }
        expect(judge.record(cut, about).metrics[0]).toMatchObject({ samples: 79, points: judge.record(whole, about).metrics[0]?.points });
      }),
      { numRuns: 40 },
    );
  });
});
