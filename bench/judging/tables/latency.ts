import type { Random } from '../../../src/ports/random.js';
import { addToShift, newShiftState } from '../../../src/statistics/distribution-shift.js';
import type { HistogramBlock } from '../../../src/statistics/histograms.js';
import { addHistogram, defaultLatencyComparison, latencyVerdict, newLatencyState } from '../../../src/statistics/latency-comparison.js';
import { addLatencyLimit, limitOf } from '../../../src/statistics/latency-limit.js';
import { knownRateVerdict, newKnownRateState } from '../../../src/statistics/known-rate.js';
import { defaultConfidence } from '../../../src/statistics/rate-settings.js';
import { mean, upper95 } from '../bounds.js';
import { duration, type Subject } from '../cell.js';
import { binomial } from '../draws.js';
import { runRandom } from '../traffic.js';

/** Istio's edges, in ms. */
const EDGES = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000];
const [MEDIAN, SIGMA] = [50, 0.8];
const BLOCKS = 180;
const SECONDS = 5;

/** Normal distribution function (Abramowitz and Stegun 7.1.26, to 1.5e-7). */
function below(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-x * x);
  return z > 0 ? 1 - tail / 2 : tail / 2;
}

interface Latency {
  /** Everything takes so many times as long. */
  readonly slower: number;
  /** Part of the requests that takes another second. */
  readonly stuck: number;
}

/** Chance to be at most at each edge. */
const cumulated = ({ slower, stuck }: Latency): number[] => EDGES.map((edge) => {
  const at = (value: number): number => (value <= 0 ? 0 : below(Math.log(value / (MEDIAN * slower)) / SIGMA));
  return (1 - stuck) * at(edge) + stuck * at(edge - 1000);
});

function drawBuckets(random: Random, requests: number, chances: readonly number[]): number[] {
  let [left, passed] = [requests, 0];
  const buckets = chances.map((chance) => {
    const hits = passed >= 1 ? 0 : binomial(random, left, Math.min(1, Math.max(0, (chance - passed) / (1 - passed))));
    left -= hits;
    passed = chance;
    return hits;
  });
  return [...buckets, left];
}

const faults: readonly (readonly [name: string, latency: Latency])[] = [
  ['the same', { slower: 1, stuck: 0 }],
  ['everything 1.1 times', { slower: 1.1, stuck: 0 }],
  ['everything 1.25 times', { slower: 1.25, stuck: 0 }],
  ['everything 1.5 times', { slower: 1.5, stuck: 0 }],
  ['everything 2 times', { slower: 2, stuck: 0 }],
  ['everything 4 times', { slower: 4, stuck: 0 }],
  ['2 % take a second more', { slower: 1, stuck: 0.02 }],
  ['10 % take a second more', { slower: 1, stuck: 0.1 }],
  ['all take a second more', { slower: 1, stuck: 1 }],
];

type Judge = (block: HistogramBlock) => 'pass' | 'fail' | 'undecided';

function comparison(): Judge {
  let state = newLatencyState;
  return (block) => latencyVerdict(state = addHistogram(state, block, defaultLatencyComparison), defaultLatencyComparison, defaultConfidence).outcome;
}

function limit(): Judge {
  let state = newKnownRateState;
  const settings = { quantile: 0.99, below: 500 };
  return (block) => knownRateVerdict(state = addLatencyLimit(state, block, settings), limitOf(settings), defaultConfidence).outcome;
}

/** A band says nothing for a version: it is heard for `fail` only. */
function band(): Judge {
  let state = newShiftState;
  return (block) => ((state = addToShift(state, block, 'slower')).lowest <= defaultConfidence.falseAlarm ? 'fail' : 'undecided');
}

export const latency: Subject = {
  name: 'latency',
  title: 'Latency',
  about: '100 requests a second, 10 % on the canary, blocks of 5 s, a quarter of an hour, Istio\'s bucket edges; latencies are lognormal with a median of 50 ms and a p99 of 321 ms. Share taken back and mean time until then, or promoted: "p99 not worse than stable\'s", "p99 below 500 ms", and the band over the whole distribution (which only takes back).',
  measure(bench) {
    const stable = cumulated({ slower: 1, stuck: 0 });
    const rows = faults.map(([name, fault]) => {
      const canary = cumulated(fault);
      const same = fault.slower === 1 && fault.stuck === 0;
      const judges = [comparison, limit, band];
      const ends = judges.map(() => ({ failed: [] as number[], passed: [] as number[] }));
      for (let run = 0; run < bench.runs; run++) {
        const random = runRandom(bench.seed, `latency ${name}`, run);
        const hearing = judges.map((judge, index) => ({ hear: judge(), end: ends[index], passed: false, over: false }));
        // What stable does is known before the canary gets its first request.
        const before = { at: 0, seconds: SECONDS, edges: EDGES, stable: drawBuckets(random, 500, stable), canary: EDGES.map(() => 0).concat(0) };
        for (const { hear } of hearing) hear(before);
        for (let at = 1; at <= BLOCKS && hearing.some(({ over }) => !over); at++) {
          const block = { at, seconds: SECONDS, edges: EDGES, stable: drawBuckets(random, 450, stable), canary: drawBuckets(random, 50, canary) };
          for (const judge of hearing) {
            const outcome = judge.over ? 'undecided' : judge.hear(block);
            if (outcome === 'pass' && !judge.passed) judge.end?.passed.push(at * SECONDS);
            if (outcome === 'fail') judge.end?.failed.push(at * SECONDS);
            judge.passed ||= outcome === 'pass';
            // A pass ends a release, but not the search for false alarms.
            judge.over ||= outcome === 'fail' || (outcome === 'pass' && !same);
          }
        }
      }
      return [name, ...ends.map(({ failed, passed }) => {
        const part = (list: readonly number[]): string => `${((100 * list.length) / bench.runs).toFixed(1)} %`;
        const back = failed.length === 0 ? `0 % (≤ ${(upper95(0, bench.runs) * 100).toFixed(2)} %)` : `${part(failed)} in ${duration(mean(failed))}`;
        return passed.length === 0 ? back : `${back}; passed ${part(passed)} in ${duration(mean(passed))}`;
      })];
    });
    return { columns: ['canary', 'p99 not worse', 'p99 below 500 ms', 'whole distribution'], rows, findings: [] };
  },
};
