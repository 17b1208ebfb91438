import { approvalOf } from '../../engine/approving.js';
import { ownerReference } from '../../kubernetes/owners.js';
import { fnv32a, safeEncode } from '../../kubernetes/pod-template.js';
import type { Approval } from '../../model/approval.js';
import { stepOf, type Step } from '../../model/plan.js';
import { hasEnded, type Release } from '../../model/release.js';
import { API_VERSION, MANAGED_BY, RELEASE_LABEL, serinResources } from '../../model/resources.js';
import { observed } from './record.js';

/** Who asks, as the API server sees them. */
export interface Caller {
  readonly username: string;
  readonly groups: readonly string[];
}

/** What a person wants to say. */
export interface Saying {
  readonly approved: boolean;
  readonly comment?: string;
  /** Counts from 1; the step that waits when absent. */
  readonly step?: number;
}

/** What saying it comes to: an Approval to create, or nothing where it was said already, or why it cannot be. */
export type ApprovalPlan =
  | { readonly outcome: 'write'; readonly approval: Approval; readonly done: string; readonly next: string }
  | { readonly outcome: 'nothing'; readonly approval: Approval; readonly done: string; readonly next: string }
  | { readonly outcome: 'refused'; readonly why: string };

type ApproveStep = Extract<Step, { kind: 'approve' }>;

/** From what a person says to the Approval that says it. Pure. @param approvals all of the release */
export function planApproval(release: Release, approvals: readonly Approval[], caller: Caller, saying: Saying): ApprovalPlan {
  const { name } = release.metadata;
  const verb = saying.approved ? 'approve' : 'reject';
  const phase = release.status?.phase ?? 'Preparing';
  if (hasEnded(phase)) return refused(`release ${name} has ended (${phase}); there is nothing to ${verb}.`);
  if (release.spec.abort || phase === 'Aborting' || phase === 'LettingGo') return refused(`release ${name} is being taken back; there is nothing to ${verb}.`);
  const chosen = chosenStep(release, saying, verb);
  if ('why' in chosen) return refused(chosen.why);
  const { step, index } = chosen;
  if (!may(step, caller)) return refused(`${caller.username} may not ${verb} step ${index + 1} of release ${name}: only ${describeApprovers(step)} may.`);
  const consent = approvalOf(approvals.map(observed), step, index);
  const said = approvals.find(({ spec }) => spec.step === index + 1 && spec.user === caller.username && spec.approved === saying.approved);
  if (said) {
    return { outcome: 'nothing', approval: said, done: `Step ${index + 1} of release ${name} was ${saying.approved ? 'approved' : 'rejected'} by you (${caller.username}) already.`, next: whatNext(release, step, consent.given.length) };
  }
  const given = saying.approved ? consent.given.length + 1 : consent.given.length;
  return {
    outcome: 'write',
    approval: approvalFor(release, step, index, caller, saying),
    done: `Step ${index + 1} of release ${name} is ${saying.approved ? 'approved' : 'rejected'} by ${caller.username}.`,
    next: saying.approved ? whatNext(release, step, given) : `The canary is taken back. Follow it with: serin status ${name} --watch.`,
  };
}

const refused = (why: string): ApprovalPlan => ({ outcome: 'refused', why });

function chosenStep({ metadata: { name }, spec, status }: Release, { step: asked }: Saying, verb: string): { readonly step: ApproveStep; readonly index: number } | { readonly why: string } {
  const present = status?.step.index ?? 0;
  const asking = spec.plan.steps.flatMap((planned, index) => {
    const step = stepOf(planned);
    return step.kind === 'approve' && index >= present ? [{ step, index }] : [];
  });
  const later = asking.map(({ index }) => index + 1);
  const hint = later.length === 0 ? 'None of its further steps asks for one.' : `Step ${later.join(' and step ')} will; say it beforehand with: serin ${verb} ${name} --step ${later[0] ?? 1}.`;
  if (asked === undefined) {
    const waiting = asking.find(({ index }) => index === present);
    return waiting ?? { why: `release ${name} waits for no approval: ${status?.message ?? 'it is under way.'} ${hint}` };
  }
  const count = spec.plan.steps.length;
  const found = asking.find(({ index }) => index === asked - 1);
  if (found) return found;
  if (asked > count) return { why: `release ${name} has ${count} steps, so there is no step ${asked}. ${hint}` };
  if (asked <= present) return { why: `release ${name} has passed step ${asked}. ${hint}` };
  return { why: `step ${asked} of release ${name} asks for no approval. ${hint}` };
}

function may(step: ApproveStep, { username, groups }: Caller): boolean {
  return (step.users.length === 0 && step.groups.length === 0) || step.users.includes(username) || step.groups.some((group) => groups.includes(group));
}

/** `jane, group sre`, or `anyone who may create Approvals`. */
export function describeApprovers({ users, groups }: Pick<ApproveStep, 'users' | 'groups'>): string {
  const named = [...users, ...groups.map((group) => `group ${group}`)];
  return named.length === 0 ? 'anyone who may create Approvals' : named.join(', ');
}

function whatNext({ metadata }: Release, step: ApproveStep, given: number): string {
  const lacking = step.approvals - given;
  if (lacking > 0) return `${given} of ${step.approvals} approvals are given; still wanted: ${lacking} from ${describeApprovers(step)}.`;
  return `No further approval is wanted. Follow it with: serin status ${metadata.name} --watch.`;
}

/** A name of its own for each person, step and word, so that saying it twice is one Approval. */
function approvalFor(release: Release, step: ApproveStep, index: number, caller: Caller, { approved, comment }: Saying): Approval {
  const { name, namespace, uid = '' } = release.metadata;
  const counting = step.groups.filter((group) => caller.groups.includes(group));
  const mark = safeEncode(String(fnv32a(`${uid} ${caller.username}`)));
  return {
    apiVersion: API_VERSION,
    kind: serinResources.approvals.kind,
    metadata: {
      name: `${name}-${index + 1}-${approved ? 'yes' : 'no'}-${mark}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...MANAGED_BY, [RELEASE_LABEL]: name },
      ownerReferences: [ownerReference(release)],
    },
    spec: {
      release: name, releaseUid: uid, step: index + 1, approved, user: caller.username,
      ...(comment === undefined || comment === '' ? {} : { comment }),
      ...(counting.length === 0 ? {} : { groups: counting }),
    },
  };
}
