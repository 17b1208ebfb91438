import type { EvidenceMetric } from '../../model/evidence-record.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import type { Measurement } from '../../statistics/conditions.js';
import type { MetricVerdict } from '../../statistics/verdict.js';
import type { JudgedMetric } from './judged-metrics.js';
import { metricTest, type KeptState, type MetricTest } from './metric-test.js';
import { addPoint, readPoints, writtenPoints, type Point } from './points.js';
import { sentence } from './sentences.js';
import { historyWith, isSame, type VerdictEntry } from './verdict-history.js';

/** One measurement of a condition. */
export interface Measured {
  readonly measurement: Measurement;
  readonly value?: number | undefined;
  readonly detail?: string | undefined;
}

/** All that is remembered of one metric. Plain data. */
export interface MetricState {
  readonly test: KeptState;
  /** What the test comes to, as each state is asked for it several times. */
  readonly verdict: MetricVerdict;
  readonly points: readonly Point[];
  readonly verdicts: readonly VerdictEntry[];
  readonly last?: Measured | undefined;
  /** Why there are no samples at the moment. */
  readonly problem?: string | undefined;
}

/** One metric with its test. */
export interface MetricJudge {
  readonly metric: JudgedMetric;
  readonly fresh: MetricState;
  add(state: MetricState, sample: MetricSample): MetricState;
  verdict(state: MetricState): MetricVerdict;
  says(state: MetricState): string;
  written(state: MetricState): EvidenceMetric;
  restored(found: EvidenceMetric): MetricState;
}

export function metricJudge(metric: JudgedMetric): MetricJudge {
  const { measure, confidence } = metric;
  const test = metricTest(measure);
  const judged = (kept: KeptState): Pick<MetricState, 'test' | 'verdict'> => ({ test: kept, verdict: test.verdict(kept, confidence) });
  const fresh: MetricState = { ...judged(test.fresh), points: [], verdicts: [] };
  const saysOf = (state: MetricState): string =>
    sentence({ measure, verdict: state.verdict, confidence, seen: state.points.length > 0, totals: test.totals(state.test), last: state.last });
  return {
    metric,
    fresh,
    add(state, sample) {
      if (sample.kind !== metric.kind) return state;
      const points = addPoint(state.points, sample);
      // Older than what was seen already: it says nothing new.
      if (points === state.points) return state;
      const last: Measured | undefined = sample.kind === 'condition' ? { measurement: sample.measurement, value: sample.value, detail: sample.detail } : undefined;
      const next = { ...state, points, ...judged(test.add(state.test, sample)), ...(last ? { last } : {}) };
      const { outcome } = next.verdict;
      if (isSame(state.verdicts, outcome)) return next;
      return { ...next, verdicts: historyWith(state.verdicts, { at: points.at(-1)?.at ?? 0, outcome, says: saysOf(next) }) };
    },
    verdict: ({ verdict }) => verdict,
    says: saysOf,
    written: (state) => writtenMetric(metric, test, state, saysOf(state)),
    restored: (found) => restoredMetric(metric, test, fresh, found, judged),
  };
}

function writtenMetric({ name, kind, dryRun, measure }: JudgedMetric, test: MetricTest, state: MetricState, says: string): EvidenceMetric {
  const { verdict } = state;
  const quantile = measure.how === 'latency' || measure.how === 'latencyLimit' ? measure.settings.quantile : measure.how === 'shift' ? measure.quantile : undefined;
  return {
    name, kind, outcome: verdict.outcome, says, samples: verdict.blocks,
    ...(dryRun ? { dryRun } : {}),
    ...(state.problem === undefined ? {} : { problem: state.problem }),
    numbers: numbersOf(verdict),
    ...(state.verdicts.length === 0 ? {} : { verdicts: state.verdicts.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest })) }),
    ...(state.points.length === 0 ? {} : { points: writtenPoints(state.points, quantile), checkpoint: test.saved(state.test) }),
  };
}

/** The numbers of a verdict by name, those of its proofs and its estimate among them. */
function numbersOf({ numbers, worse, fine, ratio }: MetricVerdict): Record<string, number> {
  const all = {
    ...numbers,
    ...(worse ? { worseEvidence: worse.eValue, worsePValue: worse.pValue, worseNeeded: worse.needed } : {}),
    ...(fine ? { fineEvidence: fine.eValue, finePValue: fine.pValue, fineNeeded: fine.needed } : {}),
    ...(ratio ? { ratio: ratio.value, ratioLow: ratio.low, ratioHigh: ratio.high } : {}),
  };
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (Number.isFinite(value) ? [[name, Number(value.toPrecision(6))]] : [])));
}

/** From what is on record: points and verdicts are facts whatever became of the test, which begins anew where its checkpoint does not fit. */
function restoredMetric({ kind }: JudgedMetric, test: MetricTest, fresh: MetricState, found: EvidenceMetric, judged: (kept: KeptState) => Pick<MetricState, 'test' | 'verdict'>): MetricState {
  if (found.kind !== kind) return fresh;
  const points = readPoints(found.points ?? []);
  const state = found.checkpoint === undefined ? undefined : test.restored(found.checkpoint);
  const last = points.at(-1);
  return {
    ...judged(state ?? test.fresh),
    points,
    verdicts: (found.verdicts ?? []).map(({ at, outcome, says }) => ({ at: Date.parse(at), outcome, says })).filter(({ at }) => !Number.isNaN(at)),
    ...(last?.measured === undefined ? {} : { last: { measurement: last.measured, value: last.value } }),
  };
}
