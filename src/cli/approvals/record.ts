import { consentWanted } from '../../engine/analysis-steps.js';
import { approvalOf } from '../../engine/approving.js';
import type { ApprovalObservation } from '../../engine/observation.js';
import type { Approval } from '../../model/approval.js';
import { stepOf } from '../../model/plan.js';
import { hasEnded, type Release } from '../../model/release.js';

/** A step that asks people, and how far they are. */
export interface AskingStep {
  readonly namespace: string;
  readonly release: string;
  /** Counts from 1. */
  readonly step: number;
  /** `now`: the release waits for it; `later`: it is not there yet; `perhaps`: an analysis that asks only if it is undecided after its time. */
  readonly state: 'now' | 'later' | 'perhaps';
  readonly wanted: number;
  /** Who approved so far. */
  readonly given: readonly string[];
  /** Who may, by name and by group; anyone where both are empty. */
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly since: string | undefined;
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
  /** False where it is of an earlier release of the same name, or from somebody whose word does not count. */
  readonly counts: boolean;
}

/** An Approval in the words of the engine. */
export function observed({ spec }: Approval): ApprovalObservation {
  return { user: spec.user, groups: spec.groups ?? [], step: spec.step - 1, approved: spec.approved, comment: spec.comment ?? '' };
}

/** The Approvals of one release; those of an earlier one of its name are left out. */
export const approvalsOf = ({ metadata }: Release, approvals: readonly Approval[]): Approval[] =>
  approvals.filter(({ spec, metadata: own }) => spec.release === metadata.name && spec.releaseUid === metadata.uid && own.namespace === metadata.namespace);

/** The steps of releases under way that ask people, those that are waited for first. */
export function askingSteps(releases: readonly Release[], approvals: readonly Approval[]): AskingStep[] {
  const asking = releases.filter(({ status }) => !hasEnded(status?.phase ?? 'Preparing')).flatMap((release) => {
    const present = release.status?.step.index ?? 0;
    const own = approvalsOf(release, approvals).map(observed);
    return release.spec.plan.steps.flatMap((planned, index): AskingStep[] => {
      const step = index < present ? undefined : consentWanted(release.spec, stepOf(planned));
      if (!step) return [];
      const { startedAt, askedAt } = release.status?.step ?? {};
      const here = index === present && release.status?.phase === 'Progressing';
      const since = !here ? undefined : planned.kind === 'analyze' ? askedAt : startedAt;
      const state = since !== undefined ? 'now' : planned.kind === 'analyze' ? 'perhaps' : 'later';
      return [{
        namespace: release.metadata.namespace ?? '', release: release.metadata.name, step: index + 1, state, wanted: step.approvals,
        given: approvalOf(own, step, index).given, users: step.users, groups: step.groups, since,
      }];
    });
  });
  return [...asking.filter(({ state }) => state === 'now'), ...asking.filter(({ state }) => state !== 'now')];
}

/** Everything that was said, newest first. */
export function givenApprovals(releases: readonly Release[], approvals: readonly Approval[]): GivenApproval[] {
  return approvals
    .map((approval): GivenApproval => {
      const { spec, metadata } = approval;
      const release = releases.find((each) => each.metadata.name === spec.release && each.metadata.namespace === metadata.namespace);
      return {
        namespace: metadata.namespace ?? '', release: spec.release, step: spec.step, approved: spec.approved, user: spec.user,
        groups: spec.groups ?? [], comment: spec.comment ?? '', at: metadata.creationTimestamp, counts: release !== undefined && countsFor(release, approval),
      };
    })
    .sort((a, b) => (b.at ?? '').localeCompare(a.at ?? '') || a.user.localeCompare(b.user));
}

function countsFor(release: Release, approval: Approval): boolean {
  const planned = release.spec.plan.steps[approval.spec.step - 1];
  const step = planned && consentWanted(release.spec, stepOf(planned));
  if (!step || approvalsOf(release, [approval]).length === 0) return false;
  const { given, refusal } = approvalOf([observed(approval)], step, approval.spec.step - 1);
  return given.length > 0 || refusal !== undefined;
}
