import type { MetricSample } from '../../statistics/metric-sample.js';
import type { Confidence } from '../../statistics/rate-settings.js';
import { conditionTest, gaugeTest, knownRateTest, latencyLimitTest, latencyTest, rateTest, restored, saved, shiftTest, type SequentialTest } from '../../statistics/sequential-test.js';
import type { MetricVerdict } from '../../statistics/verdict.js';
import { bucketsWithEarlier, countsWithEarlier } from './earlier-stable.js';
import { withTotals, type Totals, type WithTotals } from './latency-totals.js';
import type { Measure } from './measures.js';

/** The state of a test, with the key of the test that it belongs to. Plain data. */
export interface KeptState {
  readonly key: string;
  readonly state: unknown;
}

/** A test of one metric, whatever its samples look like. */
export interface MetricTest {
  readonly fresh: KeptState;
  /** Samples of another kind, and those not newer than the last, leave the state as it is. */
  add(kept: KeptState, sample: MetricSample): KeptState;
  verdict(kept: KeptState, confidence: Confidence): MetricVerdict;
  /** When the last sample was that counted, in milliseconds since the epoch; -1 before the first. */
  at(kept: KeptState): number;
  /** Histograms so far, where there are any. */
  totals(kept: KeptState): Totals | undefined;
  saved(kept: KeptState): string;
  /** Undefined when the text is of another test, or broken. */
  restored(text: string): KeptState | undefined;
}

/** The test that a metric is judged by. */
export function metricTest(measure: Measure): MetricTest {
  switch (measure.how) {
    case 'rate':
      return pack(countsWithEarlier(rateTest(measure.settings)), ({ block }) => block, 'errorRate');
    case 'knownRate':
      return pack(knownRateTest(measure.settings), ({ block: { at, seconds, canary } }) => ({ at, seconds, surely: canary, perhaps: canary }), 'errorRate');
    case 'latency':
      return pack(bucketsWithEarlier(withTotals(latencyTest(measure.settings), false)), ({ block }) => block, 'latency', ({ test }) => totalsOf(test));
    case 'latencyLimit':
      return pack(withTotals(latencyLimitTest(measure.settings), true), ({ block }) => block, 'latency', totalsOf);
    case 'shift':
      return pack(withTotals(shiftTest(measure.direction), false), ({ block }) => block, 'latency', totalsOf);
    case 'gauge': {
      const { limit } = measure;
      const test = gaugeTest(measure.settings);
      if (limit === undefined) return pack(test, ({ sample }) => sample, 'saturation');
      return pack({ ...test, key: `${test.key} below ${limit}` }, ({ sample }) => ({ ...sample, stable: [limit] }), 'saturation');
    }
    case 'condition':
      return pack(conditionTest(measure.settings), ({ at, measurement }) => ({ at, measurement }), 'condition');
  }
}

const totalsOf = <State>({ totals }: WithTotals<State>): Totals => totals;

type SampleOf<Kind extends MetricSample['kind']> = Extract<MetricSample, { kind: Kind }>;

/** Hides what states and samples of a test look like; a state is taken for the test's own by its key. */
function pack<State extends { readonly at: number }, Sample extends { readonly at: number }, Kind extends MetricSample['kind']>(
  test: SequentialTest<State, Sample>, pick: (sample: SampleOf<Kind>) => Sample, kind: Kind, totals: (state: State) => Totals | undefined = () => undefined,
): MetricTest {
  const holds = (kept: KeptState): kept is { key: string; state: State } => kept.key === test.key;
  const fits = (sample: MetricSample): sample is SampleOf<Kind> => sample.kind === kind;
  const own = (kept: KeptState): State => (holds(kept) ? kept.state : test.fresh);
  return {
    fresh: { key: test.key, state: test.fresh },
    add(kept, sample) {
      if (!fits(sample)) return kept;
      const picked = pick(sample);
      // Checkpoints cut fractions off: a sample must not look newer than itself behind one.
      return { key: test.key, state: test.add(own(kept), { ...picked, at: Math.floor(picked.at) }) };
    },
    verdict: (kept, confidence) => test.verdict(own(kept), confidence),
    at: (kept) => own(kept).at,
    totals: (kept) => totals(own(kept)),
    saved: (kept) => saved(test, own(kept)),
    restored(text) {
      const state = restored(test, text);
      return state === test.fresh ? undefined : { key: test.key, state };
    },
  };
}
