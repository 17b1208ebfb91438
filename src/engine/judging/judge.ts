import type { EvidenceSpec } from '../../model/evidence-record.js';
import type { PlannedAnalysis } from '../../model/policy/analysis.js';
import { together } from '../../statistics/budget.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import type { MetricVerdict } from '../../statistics/verdict.js';
import type { MetricObservation } from '../observation.js';
import { judgedMetrics, type JudgedRelease } from './judged-metrics.js';
import { metricJudge, type MetricJudge, type MetricState } from './metric-state.js';
import { leans } from './sentences.js';

/** All that is remembered between two samples, by the name of the metric. Immutable, plain data. */
export interface JudgeState {
  readonly metrics: Readonly<Record<string, MetricState>>;
}

/** Samples in, verdicts out. Pure: the same samples always lead to the same verdicts. */
export interface Judge {
  /** Nothing seen yet. */
  readonly fresh: JudgeState;
  /**
   * Goes on from what is on record; from nothing where there is none, and with each metric whose checkpoint does not fit. Samples
   * that are not newer than the record do not count again.
   * @param canary the hash of the version on trial; a record of another one is none
   */
  restored(record: EvidenceSpec | undefined, canary?: string): JudgeState;
  /** One sample more. Of metrics that are not judged, of the wrong kind, or not newer than the last, it changes nothing. */
  add(state: JudgeState, metricName: string, sample: MetricSample): JudgeState;
  /** Why a metric has no samples at the moment; undefined when it has. */
  problem(state: JudgeState, metricName: string, text: string | undefined): JudgeState;
  /**
   * What each metric says so far, in the order of the plan.
   * @param known what an earlier state said: of several metrics mostly one has a new sample
   */
  observe(state: JudgeState, known?: { readonly state: JudgeState; readonly observed: readonly MetricObservation[] }): readonly MetricObservation[];
  /** Everything as it is kept. @param about the release, the hash of the version on trial, and milliseconds since the epoch */
  record(state: JudgeState, about: { readonly release: string; readonly canary: string; readonly now: number }): EvidenceSpec;
}

/**
 * The judge of one release.
 * @param about first: there is no stable version, so only metrics with a limit or a condition are judged, and errors by 5 %;
 *   steps: those of the plan, so that a metric that several of them name keeps to its part of the false alarms in all of them together
 */
export function judgeOf(analysis: PlannedAnalysis, about: JudgedRelease): Judge {
  const judges = new Map(judgedMetrics(analysis, about).map((metric) => [metric.name, metricJudge(metric)]));
  const fresh: JudgeState = { metrics: Object.fromEntries([...judges].map(([name, judge]) => [name, judge.fresh])) };
  const each = <Result>(state: JudgeState, work: (judge: MetricJudge, metric: MetricState) => Result): Result[] =>
    [...judges].map(([name, judge]) => work(judge, state.metrics[name] ?? judge.fresh));
  const change = (state: JudgeState, name: string, work: (judge: MetricJudge, metric: MetricState) => MetricState): JudgeState => {
    const judge = judges.get(name);
    if (!judge) return state;
    const before = state.metrics[name] ?? judge.fresh;
    const after = work(judge, before);
    return after === before ? state : { metrics: { ...state.metrics, [name]: after } };
  };
  return {
    fresh,
    restored(record, canary) {
      if (!record || (canary !== undefined && record.canary !== canary)) return fresh;
      const found = new Map(record.metrics.map((metric) => [metric.name, metric]));
      return {
        metrics: Object.fromEntries([...judges].map(([name, judge]) => {
          const metric = found.get(name);
          return [name, metric ? judge.restored(metric) : judge.fresh];
        })),
      };
    },
    add: (state, name, sample) => change(state, name, (judge, metric) => judge.add(metric, sample)),
    problem: (state, name, text) => change(state, name, (_judge, metric) => {
      if (metric.problem === text) return metric;
      const { problem: _, ...rest } = metric;
      return text === undefined ? rest : { ...rest, problem: text };
    }),
    observe: (state, known) => each(state, (judge, metric) => {
      const { name } = judge.metric;
      const same = known?.state.metrics[name] === metric ? known.observed.find((other) => other.name === name) : undefined;
      return same ?? observed(judge, metric);
    }),
    record(state, { release, canary, now }) {
      const joint = together(each(state, ({ metric: { name, dryRun, ofSteps }, verdict }, metric) => {
        const found = verdict(metric);
        // What is judged in one step alone is waited for there, and only there.
        return { name, weight: dryRun || (ofSteps && metric.points.length === 0) ? 0 : 1, verdict: found };
      }));
      return { release, canary, writtenAt: new Date(now).toISOString(), outcome: joint.outcome, metrics: each(state, (judge, metric) => judge.written(metric)) };
    },
  };
}

function observed({ metric: { name, kind, dryRun, ofSteps }, verdict, says }: MetricJudge, state: MetricState): MetricObservation {
  const found = verdict(state);
  return {
    name, kind, outcome: found.outcome, ended: found.ended && found.outcome === 'undecided', dryRun, ofSteps, says: says(state),
    samples: found.blocks, leansWorse: leansWorse(found, state), watches: found.outcome === 'pass' && found.ground === 'waiting',
    ...(state.problem === undefined ? {} : { problem: state.problem }),
  };
}

/** Undecided, and rather against the canary than for it. */
function leansWorse(verdict: MetricVerdict, { last }: MetricState): boolean {
  return verdict.outcome === 'undecided' && (leans(verdict) || last?.measurement === 'failure');
}
