import { approvalOf, BEGINNING, letThroughBy, type Approved } from '../engine/approving.js';
import type { ApprovalObservation } from '../engine/observation.js';
import { observedApproval } from '../engine/observed-approval.js';
import type { Approval } from '../model/approval.js';
import type { FreezeWindow } from '../model/freeze-window.js';
import { hasEnded, type Release } from '../model/release.js';
import { runningOf } from '../model/pulled-image.js';
import { planMark } from '../model/release-mark.js';
import { askingOf, isUnbegun } from './asking.js';
import { isAmong } from './caller.js';

/** A step that asks people, and how far they are. */
export interface AskingStep {
  readonly namespace: string;
  readonly release: string;
  /** Counts from 1; 0 is before the release begins. */
  readonly step: number;
  /** `now`: the release waits for it; `later`: it is not there yet; `perhaps`: an analysis that asks only if it is undecided after its time. */
  readonly state: 'now' | 'later' | 'perhaps';
  readonly wanted: number;
  /** Who approved so far. */
  readonly given: readonly string[];
  /** Who may, by name and by group; anyone where both are empty, but for a freeze window. */
  readonly users: readonly string[];
  readonly groups: readonly string[];
  /** Who wrote the new version and may not. */
  readonly notAuthor: string | undefined;
  readonly since: string | undefined;
  /** Until when people may decide, or when the freeze window ends. */
  readonly until: string | undefined;
  /** People have taken longer than they were to. */
  readonly overdue: boolean;
  /** The freeze window that holds the release; nobody may let it through where neither users nor groups are named. */
  readonly window: string | undefined;
}

/** What somebody said. */
export interface GivenApproval {
  readonly namespace: string;
  readonly release: string;
  readonly step: number;
  readonly approved: boolean;
  readonly user: string;
  readonly groups: readonly string[];
  readonly comment: string;
  readonly at: string | undefined;
  readonly window: string | undefined;
  /** By which door. */
  readonly via: string | undefined;
  /** False where it is of an earlier release of the same name, or from somebody whose word does not count. */
  readonly counts: boolean;
}

/** The Approvals of one release; those of an earlier one of its name are left out. */
export const approvalsOf = ({ metadata }: Release, approvals: readonly Approval[]): Approval[] =>
  approvals.filter(({ spec, metadata: own }) => spec.release === metadata.name && spec.releaseUid === metadata.uid && own.namespace === metadata.namespace);

/** What approvals of a release are held against, as far as its record says. */
export const knownOf = ({ spec, status }: Release): Approved => ({ author: spec.author, plan: planMark(spec), images: runningOf(status?.images ?? []), pulled: status?.images });

/**
 * The steps of releases under way that ask people, those that are waited for first: before a release begins, in a freeze window
 * that holds one, at its steps.
 * @param now milliseconds since the epoch @param windows where they may be seen: who may let a release through stands there
 */
export function askingSteps(releases: readonly Release[], approvals: readonly Approval[], now: number, windows: readonly FreezeWindow[] = []): AskingStep[] {
  const asking = releases.filter(({ status }) => !hasEnded(status?.phase ?? 'Preparing')).flatMap((release) => {
    const { status, metadata: { namespace = '', name } } = release;
    const own = approvalsOf(release, approvals).map(observedApproval);
    const known = knownOf(release);
    const steps = askingOf(release).map(({ step, index, kind, waits, mayYet }): AskingStep => {
      const since = !waits ? undefined : kind === 'again' ? status?.asksAgain?.since : kind === 'analyze' ? status?.step.askedAt : (status?.step.startedAt ?? release.metadata.creationTimestamp);
      const until = waits && kind !== 'again' && step.milliseconds !== undefined && since !== undefined ? new Date(Date.parse(since) + step.milliseconds).toISOString() : undefined;
      return {
        namespace, release: name, step: index + 1, state: waits ? 'now' : mayYet ? 'perhaps' : 'later', wanted: step.approvals,
        given: approvalOf(own, step, index, known).given, users: step.users, groups: step.groups, notAuthor: step.notAuthor === true ? (known.author ?? 'unknown') : undefined, since, until, overdue: until !== undefined && Date.parse(until) <= now, window: undefined,
      };
    });
    const frozen = frozenStep(release, own, known, windows);
    return frozen ? [frozen, ...steps] : steps;
  });
  return [...asking.filter(({ state }) => state === 'now'), ...asking.filter(({ state }) => state !== 'now')];
}

function frozenStep(release: Release, own: readonly ApprovalObservation[], known: Approved, windows: readonly FreezeWindow[]): AskingStep | undefined {
  const { status, metadata: { namespace = '', name } } = release;
  const { window, until } = status?.held ?? {};
  if (!isUnbegun(release) || status?.held?.for !== 'freeze' || window === undefined) return undefined;
  const { users = [], groups = [] } = windows.find(({ metadata }) => metadata.name === window && (metadata.namespace ?? namespace) === namespace)?.spec.exceptWith ?? {};
  return {
    namespace, release: name, step: 0, state: 'now', wanted: 1, given: letThroughBy(own, window, { users, groups }, known).given, users, groups,
    notAuthor: undefined, since: status.step.startedAt, until, overdue: false, window,
  };
}

/** Whether a person could answer now, or beforehand: they are among those who may, and did not write the new version. */
export const mayAnswer = (step: Pick<AskingStep, 'users' | 'groups' | 'notAuthor' | 'window'>, caller: { readonly username: string; readonly groups: readonly string[] }): boolean =>
  (step.window === undefined || step.users.length + step.groups.length > 0) && isAmong(step, caller) && step.notAuthor !== caller.username;

/** Everything that was said, newest first. */
export function givenApprovals(releases: readonly Release[], approvals: readonly Approval[]): GivenApproval[] {
  return approvals
    .map((approval): GivenApproval => {
      const { spec, metadata } = approval;
      const release = releases.find((each) => each.metadata.name === spec.release && each.metadata.namespace === metadata.namespace);
      return {
        namespace: metadata.namespace ?? '', release: spec.release, step: spec.step, approved: spec.approved, user: spec.user,
        groups: spec.groups ?? [], comment: spec.comment ?? '', at: metadata.creationTimestamp, window: spec.freezeWindow, via: spec.via,
        counts: release !== undefined && countsFor(release, approval),
      };
    })
    .sort((a, b) => (b.at ?? '').localeCompare(a.at ?? '') || a.user.localeCompare(b.user));
}

/** Who a freeze window lets through stands in the window, so that a word to one is taken as it is. */
function countsFor(release: Release, approval: Approval): boolean {
  if (approvalsOf(release, [approval]).length === 0) return false;
  const index = approval.spec.step - 1;
  const known = knownOf(release);
  if (index === BEGINNING && approval.spec.freezeWindow !== undefined) return approval.spec.seen === undefined || approval.spec.seen.plan === known.plan;
  // Asked as if the release had just begun: what is passed counted then.
  const { status: _, ...fresh } = release;
  const step = askingOf(fresh).find((each) => each.index === index)?.step;
  if (!step) return false;
  const { given, refusal } = approvalOf([observedApproval(approval)], step, index, known);
  return given.length > 0 || refusal !== undefined;
}
