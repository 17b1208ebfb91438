import type { Job, JobCondition } from '../../../kubernetes/generated/batch-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { isPodActive, isPodTerminating } from '../pods/pod-state.js';
import { deletionOrder } from '../pods/deletion-order.js';
import { backOffLeft, recordEnds, type FailureRecord } from './back-off.js';
import { countsAsFailed, fatalFailure } from './failure-policy.js';
import { completionIndex, isIndexed, pendingIndexes, succeededIndexes, superfluous } from './indexes.js';
import { holding, jobCondition } from './job-conditions.js';
import { newlyEnded, replacesFailedOnly, restartsExceedLimit } from './job-pods.js';
import { unsupportedJobFields } from './unsupported-fields.js';

/** At most so many Pods are created or deleted in one pass. */
const BURST = 500;

/** What the controller sees of one Job that has not ended. */
export interface ObservedJob {
  readonly job: Job;
  /** All Pods that the Job controls. */
  readonly pods: readonly Pod[];
  /** False while deletions of an earlier pass are not yet seen: nothing is created or withdrawn then. */
  readonly settled: boolean;
  readonly failures: FailureRecord;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What to do about a Job now. */
export interface JobDecision {
  /** What the Job has come to: FailureTarget, SuccessCriteriaMet, or Failed once its FailureTarget is written. */
  readonly verdict: JobCondition | undefined;
  /** Deleted because the Job has come to its end; they count as failed when it failed. */
  readonly end: readonly Pod[];
  /** Deleted because they are too many, or the Job is suspended; they count for nothing. */
  readonly withdraw: readonly Pod[];
  /** One entry for each Pod to create: its index, or undefined. */
  readonly create: readonly (number | undefined)[];
  /** Whether the condition Suspended is to follow `spec.suspend`. */
  readonly managed: boolean;
  readonly failures: FailureRecord;
  /** Milliseconds until the next look. */
  readonly againAfter: number | undefined;
}

/** What to do about one Job. */
export function decideJob(observed: ObservedJob): JobDecision {
  const { job, pods, settled, now } = observed;
  const active = pods.filter(isPodActive);
  const ended = newlyEnded(job, pods);
  const failures = recordEnds(observed.failures, ended.succeeded, ended.failed);
  const { status } = job;
  const uncounted = status?.uncountedTerminatedPods;
  const failed = (status?.failed ?? 0) + ended.failed.filter((pod) => countsAsFailed(job, pod)).length + (uncounted?.failed?.length ?? 0);
  const succeeded = isIndexed(job)
    ? succeededIndexes(job, ended.succeeded).size
    : (status?.succeeded ?? 0) + ended.succeeded.length + (uncounted?.succeeded?.length ?? 0);

  const verdict = earlierVerdict(job, now) ?? failure(job, pods, failed, now);
  const deadline = deadlineLeft(job, now);
  if (verdict !== undefined) {
    const idle = active.length === 0 || settled;
    return { verdict: idle ? verdict : undefined, end: active, withdraw: [], create: [], managed: false, failures, againAfter: undefined };
  }
  const managed = settled && job.metadata.deletionTimestamp === undefined;
  const change = managed ? manage(observed, active, succeeded, failures) : { withdraw: [], create: [], againAfter: undefined };
  const left = active.length - change.withdraw.length + change.create.length;
  const { completions } = job.spec;
  const complete = left === 0 && change.againAfter === undefined && (completions === undefined ? succeeded > 0 : succeeded >= completions);
  return {
    ...change,
    end: [],
    failures,
    managed: managed && !complete,
    verdict: complete ? jobCondition('SuccessCriteriaMet', 'True', 'CompletionsReached', 'Reached expected number of succeeded pods', now) : undefined,
    againAfter: least(change.againAfter, deadline),
  };
}

function earlierVerdict({ status }: Job, now: number): JobCondition | undefined {
  const success = holding(status?.conditions, 'SuccessCriteriaMet');
  if (success !== undefined) return success;
  const target = holding(status?.conditions, 'FailureTarget');
  return target && jobCondition('Failed', 'True', target.reason ?? '', target.message ?? '', now);
}

function failure(job: Job, pods: readonly Pod[], failed: number, now: number): JobCondition | undefined {
  const unsupported = unsupportedJobFields(job);
  if (unsupported.length > 0) {
    const message = `this Job controller does not support ${unsupported.join(', ')}: remove ${unsupported.length === 1 ? 'it' : 'them'} from the Job`;
    return jobCondition('FailureTarget', 'True', 'UnsupportedField', message, now);
  }
  const fatal = fatalFailure(job, pods);
  if (fatal !== undefined) return jobCondition('FailureTarget', 'True', 'PodFailurePolicy', fatal, now);
  if (failed > (job.spec.backoffLimit ?? 6) || restartsExceedLimit(job, pods)) {
    return jobCondition('FailureTarget', 'True', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit', now);
  }
  const left = deadlineLeft(job, now);
  if (left !== undefined && left <= 0) return jobCondition('FailureTarget', 'True', 'DeadlineExceeded', 'Job was active longer than specified deadline', now);
  return undefined;
}

/** Milliseconds that the Job may still be active; undefined for as long as it likes. */
function deadlineLeft({ spec, status }: Job, now: number): number | undefined {
  const { activeDeadlineSeconds, suspend } = spec;
  if (activeDeadlineSeconds === undefined || suspend === true) return undefined;
  const start = status?.startTime === undefined ? now : Date.parse(status.startTime);
  return start + activeDeadlineSeconds * 1000 - now;
}

type Management = Pick<JobDecision, 'withdraw' | 'create' | 'againAfter'>;

function manage({ job, pods, now }: ObservedJob, active: readonly Pod[], succeeded: number, failures: FailureRecord): Management {
  const { spec } = job;
  const nothing: Management = { withdraw: [], create: [], againAfter: undefined };
  if (spec.suspend === true) return { ...nothing, withdraw: active };
  const wanted = wantedActive(job, active.length, succeeded);
  const extra = isIndexed(job) ? superfluous(active, spec.completions ?? 0) : [];
  const surplus = Math.max(0, active.length - extra.length - wanted);
  const others = active.filter((pod) => !extra.includes(pod));
  const withdraw = [...extra, ...deletionOrder(others, [], now).slice(0, surplus)].slice(0, BURST);
  if (withdraw.length > 0) return { ...nothing, withdraw };
  const terminating = replacesFailedOnly(job) ? pods.filter(isPodTerminating) : [];
  const missing = Math.min(wanted - terminating.length - active.length, BURST);
  if (missing <= 0) return nothing;
  const wait = backOffLeft(failures, now);
  if (wait > 0) return { ...nothing, againAfter: wait };
  if (!isIndexed(job)) return { ...nothing, create: Array.from({ length: missing }, () => undefined) };
  const taken = succeededIndexes(job, newlyEnded(job, pods).succeeded);
  for (const pod of [...active, ...terminating]) {
    const index = completionIndex(pod);
    if (index !== undefined) taken.add(index);
  }
  return { ...nothing, create: pendingIndexes(missing, spec.completions ?? 0, taken) };
}

/** Without completions, the first success ends the Job: no other Pod is started then. */
function wantedActive({ spec }: Job, active: number, succeeded: number): number {
  const parallelism = spec.parallelism ?? 1;
  if (spec.completions === undefined) return succeeded > 0 ? active : parallelism;
  return Math.max(0, Math.min(spec.completions - succeeded, parallelism));
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
