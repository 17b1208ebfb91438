import { isConditionTrue, timestamp } from '../../../kubernetes/conditions.js';
import type { Job } from '../../../kubernetes/generated/batch-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import type { AnalysisRun, AnalysisRunStatus, Measurement, MetricResult, RunPhase } from '../kinds/analysis.js';
import type { ArgoMetric } from '../kinds/metrics.js';
import { dueAt } from './due.js';
import { expiresAt } from './history.js';
import { JOB_METRIC_ANNOTATION } from './labels.js';
import { jobOf, measurementOfJob, terminatedMeasurement } from './job-measurement.js';
import { keptOf, resolveRun, type ResolvedRun, type RunDefaults } from './resolved-run.js';
import { isEnd, measured, resultOf, underWayIn, withMeasurement } from './results.js';
import { assessResult, assessRun, isTerminating } from './run-assessment.js';

/** A measurement that was taken, or that a Job has begun to take. */
export interface TakenMeasurement {
  readonly metric: string;
  /** Which one of the metric, from 1; one that is on record is not taken in again. */
  readonly number: number;
  readonly measurement: Measurement;
  /** What is told of the metric as a whole, such as the query as it was sent. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What is seen of an AnalysisRun beside itself. */
export interface RunObservation extends RunDefaults {
  readonly taken: readonly TakenMeasurement[];
  /** Metrics that are being measured by this process. */
  readonly underWay: ReadonlySet<string>;
  /** The Jobs of the run. */
  readonly jobs: readonly Job[];
  /** Pods of these Jobs. */
  readonly podsOf: (job: Job) => readonly Pod[];
}

/** A measurement to be taken. */
export interface DueMeasurement {
  /** With its arguments filled in, but those from Secrets. */
  readonly metric: ArgoMetric;
  /** Which one, from 1. */
  readonly number: number;
}

/** What one pass over an AnalysisRun comes to. */
export interface RunDecision {
  readonly status: AnalysisRunStatus;
  /** To be begun once the status is written. */
  readonly measure: readonly DueMeasurement[];
  /** Whether what is being measured is still waited for. */
  readonly waits: boolean;
  /** Jobs that are to go: ended with the run, or of measurements that are not kept. */
  readonly removeJobs: readonly string[];
  /** What has ended since the last pass: a metric, or the run where no metric is named. */
  readonly ended: readonly { readonly metric?: string; readonly phase: RunPhase }[];
  /** Whether its time after the end is over. */
  readonly remove: boolean;
  /** Milliseconds since the epoch. */
  readonly lookAgainAt: number | undefined;
}

/** What is to be done about an AnalysisRun. @param now in milliseconds since the epoch */
export function advanceAnalysisRun(run: AnalysisRun, observation: RunObservation, now: number): RunDecision {
  const before = run.status ?? {};
  if (isEnd(before.phase)) return atRest(run, before, observation.jobs, now);
  const resolved = resolveRun(run.spec, observation);
  if (typeof resolved === 'string') return refused(before, resolved, observation.jobs, now);
  const startedAt = before.startedAt ?? timestamp(now);
  const results = resultsNow(run, resolved, observation, now);
  const { phase, message, runSummary, dryRunSummary, metricResults } = assessRun(run.spec, resolved, results);
  const terminated = run.spec.terminate === true;
  // A Job that is being created must not be left behind; and what is being measured may show that it is worse than it seems.
  const isWaiting = resolved.metrics.some(({ name, provider }) => observation.underWay.has(name) && (provider.job !== undefined || (!terminated && phase !== 'Failed')));
  const isOver = isEnd(phase) && !isWaiting;
  const kept = metricResults.map((result) => trimmed(result, keptOf(resolved, result.name)));
  const status: AnalysisRunStatus = {
    phase: isOver ? phase : 'Running',
    ...(isOver && message !== '' ? { message } : {}),
    startedAt,
    ...(isOver ? { completedAt: timestamp(now) } : {}),
    runSummary, dryRunSummary,
    metricResults: kept,
  };
  const terminating = isTerminating(run.spec, kept);
  const due = terminating || isOver ? [] : resolved.metrics.flatMap((metric) => {
    const at = observation.underWay.has(metric.name) ? undefined : dueAt(metric, resultOf(status, metric.name), Date.parse(startedAt));
    return at === undefined ? [] : [{ at, metric, number: measured(resultOf(status, metric.name)) + 1 }];
  });
  const later = due.map(({ at }) => at).filter((at) => at > now);
  return {
    status,
    measure: due.filter(({ at }) => at <= now).map(({ metric, number }) => ({ metric, number })),
    waits: !terminated && !isOver,
    removeJobs: observation.jobs.filter((job) => isNotKept(job, status, isOver)).map(({ metadata }) => metadata.name),
    ended: [
      ...kept.flatMap(({ name, phase: ended = 'Running' }) => (isEnd(ended) && !isEnd(resultOf(before, name)?.phase) ? [{ metric: name, phase: ended }] : [])),
      ...(isOver ? [{ phase }] : []),
    ],
    remove: false,
    lookAgainAt: isOver ? expiresAt({ spec: run.spec, status }) : later.length > 0 ? Math.min(...later) : undefined,
  };
}

/** What each metric came to, with what was measured since; once more where that ends the run. */
function resultsNow(run: AnalysisRun, { metrics, dryRun }: ResolvedRun, { taken, jobs, podsOf }: RunObservation, now: number): Map<string, MetricResult> {
  const results = new Map<string, MetricResult>();
  for (const metric of metrics) {
    let result = resultOf(run.status ?? {}, metric.name);
    const job = underWayIn(result);
    if (result && job) result = withMeasurement(result, jobNow(job, jobs, podsOf, now));
    for (const { number, measurement, metadata } of taken.filter((each) => each.metric === metric.name)) {
      if (number !== measured(result) + 1 || isEnd(result?.phase)) continue;
      result = withMeasurement(result ?? { name: metric.name, phase: 'Running', ...(dryRun.has(metric.name) ? { dryRun: true } : {}), ...(metadata ? { metadata: { ...metadata } } : {}) }, measurement);
    }
    if (result) results.set(metric.name, assessResult(metric, result, false));
  }
  if (!isTerminating(run.spec, [...results.values()])) return results;
  for (const metric of metrics) {
    const result = results.get(metric.name);
    const job = underWayIn(result);
    if (result) results.set(metric.name, assessResult(metric, job ? withMeasurement(result, terminatedMeasurement(job, now)) : result, true));
  }
  return results;
}

function jobNow(measurement: Measurement, jobs: readonly Job[], podsOf: RunObservation['podsOf'], now: number): Measurement {
  const name = jobOf(measurement);
  const job = jobs.find(({ metadata }) => metadata.name === name);
  return measurementOfJob(measurement, job, job ? podsOf(job) : [], now);
}

const trimmed = (result: MetricResult, kept: number): MetricResult => ({ ...result, ...(result.measurements ? { measurements: result.measurements.slice(-kept) } : {}) });

/** Jobs of measurements that are not on record any more, and, once the run is over, those that were never on record or go on. */
function isNotKept(job: Job, status: AnalysisRunStatus, isOver: boolean): boolean {
  if (job.metadata.deletionTimestamp !== undefined) return false;
  const { name, annotations } = job.metadata;
  const result = resultOf(status, annotations?.[JOB_METRIC_ANNOTATION] ?? '');
  const isOnRecord = (result?.measurements ?? []).some((each) => jobOf(each) === name);
  if (!isOver) return !isOnRecord && Number(/\.(\d+)$/.exec(name)?.[1] ?? Infinity) <= measured(result);
  const hasEnded = isConditionTrue(job.status?.conditions, 'Complete') || isConditionTrue(job.status?.conditions, 'Failed');
  return !isOnRecord || !hasEnded;
}

function atRest(run: AnalysisRun, status: AnalysisRunStatus, jobs: readonly Job[], now: number): RunDecision {
  const at = expiresAt(run);
  return {
    status, measure: [], waits: false, ended: [],
    removeJobs: jobs.filter((job) => isNotKept(job, status, true)).map(({ metadata }) => metadata.name),
    remove: at !== undefined && at <= now && run.metadata.deletionTimestamp === undefined,
    lookAgainAt: at !== undefined && at > now ? at : undefined,
  };
}

function refused(before: AnalysisRunStatus, message: string, jobs: readonly Job[], now: number): RunDecision {
  const status: AnalysisRunStatus = { ...before, phase: 'Error', message, startedAt: before.startedAt ?? timestamp(now), completedAt: timestamp(now) };
  return { status, measure: [], waits: false, removeJobs: jobs.filter((job) => isNotKept(job, status, true)).map(({ metadata }) => metadata.name), ended: [{ phase: 'Error' }], remove: false, lookAgainAt: undefined };
}
