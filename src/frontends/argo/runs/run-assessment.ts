import type { AnalysisRunSpec, AnalysisRunStatus, MetricResult, RunPhase } from '../kinds/analysis.js';
import type { ArgoMetric } from '../kinds/metrics.js';
import { assessMetric, worstPhase } from './assessment.js';
import type { ResolvedRun } from './resolved-run.js';
import { countsOf, isEnd, lastOf, underWayIn } from './results.js';

type Summary = NonNullable<AnalysisRunStatus['runSummary']>;

/** Where a whole run stands. */
export interface RunAssessment {
  readonly phase: RunPhase;
  /** Why, for one that has ended; empty where there is nothing to say. */
  readonly message: string;
  readonly runSummary: Summary;
  readonly dryRunSummary: Summary;
  /** In the order of the metrics; of those that were measured. */
  readonly metricResults: readonly MetricResult[];
}

/** Whether a run comes to its end: somebody ended it, or a metric that counts has ended badly. */
export function isTerminating({ terminate }: Pick<AnalysisRunSpec, 'terminate'>, results: readonly MetricResult[]): boolean {
  return terminate === true || results.some(({ phase, dryRun }) => dryRun !== true && (phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive'));
}

/** Where one metric stands by its measurements; what has ended stays as it is. */
export function assessResult(metric: ArgoMetric, result: MetricResult, terminating: boolean): MetricResult {
  if (isEnd(result.phase)) return result;
  const phase = underWayIn(result) ? 'Running' : assessMetric(metric, countsOf(result), terminating).phase;
  if (phase === result.phase) return result;
  const { message: _, ...rest } = result;
  const message = lastOf(result)?.message;
  return { ...rest, phase, ...(message === undefined || message === '' ? {} : { message }) };
}

/** Where a run stands, with the words that Argo's tools show. @param results of metrics that were measured, assessed */
export function assessRun(spec: Pick<AnalysisRunSpec, 'terminate'>, { metrics, dryRun }: Pick<ResolvedRun, 'metrics' | 'dryRun'>, results: ReadonlyMap<string, MetricResult>): RunAssessment {
  const terminating = isTerminating(spec, [...results.values()]);
  const summaries: Record<'run' | 'dry', Summary> = { run: {}, dry: {} };
  const metricResults: MetricResult[] = [];
  let worst: RunPhase | undefined;
  let message = spec.terminate === true ? 'Run Terminated' : '';
  let allEnded = true;
  for (const metric of metrics) {
    const isDry = dryRun.has(metric.name);
    const summary = isDry ? summaries.dry : summaries.run;
    summary.count = (summary.count ?? 0) + 1;
    let result = results.get(metric.name);
    if (!result) {
      allEnded = false;
      continue;
    }
    if (!isEnd(result.phase)) allEnded = false;
    else {
      const phase = result.phase ?? 'Successful';
      count(summary, phase);
      const why = assessMetric(metric, countsOf(result)).message;
      if (isDry) {
        worst ??= 'Successful';
        if (why !== undefined) result = { ...result, message: `Metric assessed ${phase} due to ${why}` };
      } else if (worst === undefined || worstPhase([worst, phase]) !== worst) {
        worst = phase;
        if (why !== undefined) message = `Metric "${metric.name}" assessed ${phase} due to ${why}${(result.message ?? '') === '' ? '' : `: "Error Message: ${result.message}"`}`;
      }
    }
    metricResults.push(result);
  }
  // What a Job is doing for it is waited for, or ended, first.
  const waits = metricResults.some((result) => underWayIn(result) !== undefined);
  const phase = waits ? 'Running' : terminating ? (worst ?? 'Successful') : allEnded && worst !== undefined ? worst : 'Running';
  return { phase, message: isEnd(phase) ? message : '', runSummary: summaries.run, dryRunSummary: summaries.dry, metricResults };
}

function count(summary: Summary, phase: RunPhase): void {
  const field = phase === 'Failed' ? 'failed' : phase === 'Error' ? 'error' : phase === 'Inconclusive' ? 'inconclusive' : 'successful';
  summary[field] = (summary[field] ?? 0) + 1;
}
