import { releaseNumber } from '../../commands/release-number.js';
import { toldOf } from '../../commands/told.js';
import { describe, isMessageCode } from '../../model/messages.js';
import type { Counts } from '../../model/evidence.js';
import type { EvidenceRecord, EvidenceSpec } from '../../model/evidence-record.js';
import { hasEnded, type AbortReason, type LogEntry, type Release, type ReleasePhase } from '../../model/release.js';

/** One release as its record tells it. */
export interface ReleaseRecord {
  readonly number: number;
  readonly name: string;
  readonly strategy: string | undefined;
  /** Why it went out without being judged. */
  readonly hotfix: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly outcome: ReleasePhase;
  /** Why it came to that; empty where it went as planned. */
  readonly why: string;
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  /** From the decision to take it back until nothing of it was left, in milliseconds. */
  readonly takenBackWithin: number | undefined;
  /** Who or what took it back. */
  readonly takenBackBy: string | undefined;
  /** Requests that met the new version. */
  readonly met: Counts;
  /** What its metrics said at last; undefined where nothing is on record. */
  readonly judged: EvidenceSpec['outcome'] | undefined;
  /** Jobs that tried it and succeeded. */
  readonly tested: readonly string[];
  /** The highest share that users were given, per mille. */
  readonly reached: number;
}

/** The releases of a policy, newest first. @param evidence of any of them */
export function historyOf(releases: readonly Release[], evidence: readonly EvidenceRecord[] = []): ReleaseRecord[] {
  return releases.map((release) => recordOf(release, evidence.find(({ metadata }) => metadata.name === release.metadata.name)?.spec)).sort((a, b) => b.number - a.number || (b.startedAt ?? '').localeCompare(a.startedAt ?? ''));
}

/** What one release tells. */
export function recordOf(release: Release, evidence?: EvidenceSpec): ReleaseRecord {
  const { spec, status, metadata } = release;
  const met = status?.evidence?.canary ?? { requests: 0, failures: 0 };
  const phase = status?.phase ?? 'Preparing';
  const aborting = status?.log?.findLast(({ code }) => code === 'Aborting' || code === 'LettingGo');
  const endedAt = status?.endedAt;
  return {
    number: releaseNumber(release),
    name: metadata.name,
    strategy: spec.strategy,
    hotfix: spec.hotfix,
    from: spec.stable.replicaSet,
    to: spec.canary.replicaSet,
    outcome: phase,
    why: hasEnded(phase) ? (aborting ? reasonIn(aborting) : '') : (status?.message ?? ''),
    startedAt: status?.startedAt ?? metadata.creationTimestamp,
    endedAt,
    takenBackWithin: phase === 'Aborted' && aborting && endedAt !== undefined ? Date.parse(endedAt) - Date.parse(aborting.time) : undefined,
    takenBackBy: status?.abortReason === undefined ? undefined : culpritOf(status.abortReason, () => whoAborted(release)),
    met,
    judged: evidence?.outcome,
    tested: (status?.log ?? []).flatMap(({ code, arguments: args }) => (code === 'JobSucceeded' ? (args['job'] ?? []) : [])),
    reached: highestShare(release),
  };
}

/** The reason alone, out of the sentence about it. */
function reasonIn({ arguments: args }: LogEntry): string {
  const code = args['why']?.replace(/^@/, '') ?? '';
  return isMessageCode(code) ? describe({ code, arguments: args }) : code;
}

/** Who aborted it, where that was written down with it; else the field manager that set `abort`. */
function whoAborted({ metadata }: Release): string {
  const told = toldOf(metadata).filter(({ verb }) => verb === 'abort').at(-1);
  if (told) return `${told.user}${told.via === undefined ? '' : ` via ${told.via}`}`;
  const setter = metadata.managedFields?.find(({ fieldsV1 }) => Reflect.has(Object(Reflect.get(Object(fieldsV1), 'f:spec')), 'f:abort'));
  return setter?.manager === undefined ? 'someone' : `someone with ${setter.manager}`;
}

/** Who or what took a release back. @param person who aborted it, where somebody did */
export function culpritOf(reason: AbortReason, person: () => string): string {
  switch (reason) {
    case 'AbortedByUser':
      return person();
    case 'JobFailed':
    case 'GateUnanswered':
    case 'TooManyFailures':
    case 'TooSlow':
    case 'AnalysisFailed':
    case 'Undecided':
    case 'ApprovalExpired':
    case 'CanaryCrashed':
    case 'CanaryNotReady':
      return 'Serin';
    case 'GateRefused':
      return 'a webhook';
    case 'ApprovalRefused':
      return 'a person who refused';
    case 'Superseded':
    case 'Reverted':
    case 'Restored':
      return 'a change of the workload';
    case 'CanaryGone':
    case 'PolicyDeleted':
    case 'ReleaseDeleted':
    case 'WorkloadGone':
      return 'a deletion';
    case 'TakenOver':
      return 'someone who un-paused the Deployment';
  }
}

function highestShare({ spec, status }: Release): number {
  if (status?.phase === 'Completed') return 1000;
  const asked = (status?.log ?? []).flatMap(({ code, arguments: args }) => (code === 'ShareAsked' ? Math.round(Number.parseFloat(args['share'] ?? '0') * 10) : []));
  const reachedByStep = spec.plan.steps.slice(0, status?.step.index ?? 0).flatMap(({ kind, share }) => (kind === 'weight' ? (share ?? []) : []));
  return Math.max(0, ...asked, ...reachedByStep);
}
