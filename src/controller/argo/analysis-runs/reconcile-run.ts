import { isNotFound } from '../../../cluster/api-error.js';
import { advanceAnalysisRun, type RunDecision } from '../../../frontends/argo/runs/advance.js';
import { jobOf } from '../../../frontends/argo/runs/job-measurement.js';
import { isEnd, underWayIn } from '../../../frontends/argo/runs/results.js';
import type { AnalysisRun, AnalysisRunStatus, RunPhase } from '../../../frontends/argo/kinds/analysis.js';
import { argoResources } from '../../../frontends/argo/resources.js';
import { deepEqual } from '../../../kubernetes/json.js';
import type { Job } from '../../../kubernetes/generated/batch-v1.js';
import { isControlledBy } from '../../../kubernetes/owners.js';
import { resources } from '../../../kubernetes/resources.js';
import { message, type Message } from '../../../model/messages.js';
import { remove, write } from '../../writes.js';
import { runKey, type AnalysisRunContext, type RunName } from './context.js';

/**
 * One pass over one AnalysisRun: observe, decide, write the decision down, then begin and end what is written down.
 * @returns when to look again, milliseconds since the epoch
 */
export async function reconcileRun(context: AnalysisRunContext, at: RunName): Promise<number | undefined> {
  const { measurements, clock } = context;
  const key = runKey(at);
  const run = context.runs.get(at);
  // Its Jobs go with it, by owner references.
  if (!run || run.metadata.deletionTimestamp !== undefined) return letGoOfRun(context, key);
  const other = context.others.about(run);
  if (other) {
    letGoOfRun(context, key);
    return other.until;
  }
  const { taken, underWay } = measurements.of(key);
  const jobs = await jobsOf(context, run);
  const podsOf = (job: Job): ReturnType<typeof context.caches.pods.controlledBy> => context.caches.pods.controlledBy(job.metadata.uid ?? '');
  const decision = advanceAnalysisRun(run, { prometheusAddress: context.defaults.prometheusAddress, taken, underWay, jobs, podsOf }, clock.now());
  const recorded = await record(context, run, decision.status);
  measurements.recorded(key, taken);
  for (const each of decision.ended) context.events.record(recorded, eventOf(each, decision.status), each.phase === 'Failed' || each.phase === 'Error' ? 'Warning' : 'Normal');
  if (decision.waits) measurements.begin(key, recorded, decision.measure);
  else measurements.abandon(key);
  await removeJobs(context, recorded, decision);
  if (isEnd(decision.status.phase)) context.gone.delete(key);
  if (decision.remove) await removeRun(context, recorded);
  return decision.lookAgainAt;
}

/** Forgets what is being measured for a run that is gone, or that another one leads. */
export function letGoOfRun({ measurements, gone }: Pick<AnalysisRunContext, 'measurements' | 'gone'>, key: string): undefined {
  measurements.forget(key);
  gone.delete(key);
}

/** The Jobs of a run. One whose end is waited for is looked for on the cluster before it counts as gone: caches are not filled in step. */
async function jobsOf({ caches: { jobs }, client, gone }: AnalysisRunContext, run: AnalysisRun): Promise<Job[]> {
  const { namespace = '' } = run.metadata;
  const known = [...jobs.controlledBy(run.metadata.uid ?? '')];
  for (const result of run.status?.metricResults ?? []) {
    const waited = underWayIn(result);
    const name = waited && jobOf(waited);
    if (name === undefined || isEnd(run.status?.phase) || known.some(({ metadata }) => metadata.name === name)) continue;
    const found = gone.get(runKey({ namespace, name: run.metadata.name }))?.get(name) ?? (await client.find(resources.jobs, { namespace, name }));
    if (found && isControlledBy(found, run)) known.push(found);
  }
  return known;
}

/** Once a pass, and only what changed; guarded by the version that was decided on. These objects have no status of their own. */
async function record(context: AnalysisRunContext, run: AnalysisRun, status: AnalysisRunStatus): Promise<AnalysisRun> {
  if (deepEqual(run.status ?? {}, status)) return run;
  const { managedFields: _, ...metadata } = run.metadata;
  return write(context, 'analysisrun.status', context.runs, (client) => client.replace(argoResources.analysisRuns, { ...run, metadata, status }));
}

async function removeJobs(context: AnalysisRunContext, { metadata: { namespace = '' } }: AnalysisRun, { removeJobs: names }: RunDecision): Promise<void> {
  const { jobs } = context.caches;
  for (const name of names) {
    const job = jobs.get({ namespace, name });
    if (job) await remove(context, 'job.delete', undefined, job, (client) => ignoringGone(client.delete(resources.jobs, { namespace, name }, { propagationPolicy: 'Background', ...(job.metadata.uid === undefined ? {} : { preconditions: { uid: job.metadata.uid } }) })));
  }
}

async function removeRun(context: AnalysisRunContext, run: AnalysisRun): Promise<void> {
  const { namespace = '', name, uid } = run.metadata;
  await remove(context, 'analysisrun.delete', undefined, run, (client) => ignoringGone(client.delete(argoResources.analysisRuns, { namespace, name }, { propagationPolicy: 'Background', ...(uid === undefined ? {} : { preconditions: { uid } }) })));
}

async function ignoringGone(sent: Promise<void>): Promise<void> {
  try {
    await sent;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

const RUN_EVENTS = { Successful: 'AnalysisRunSuccessful', Failed: 'AnalysisRunFailed', Error: 'AnalysisRunError', Inconclusive: 'AnalysisRunInconclusive' } as const;
const METRIC_EVENTS = { Successful: 'MetricSuccessful', Failed: 'MetricFailed', Error: 'MetricError', Inconclusive: 'MetricInconclusive' } as const;

function eventOf({ metric, phase }: { readonly metric?: string; readonly phase: RunPhase }, status: AnalysisRunStatus): Message {
  const end = phase === 'Pending' || phase === 'Running' ? 'Successful' : phase;
  return metric === undefined ? message(RUN_EVENTS[end], { why: status.message ?? '' }) : message(METRIC_EVENTS[end], { metric });
}
