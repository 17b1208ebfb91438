import { consentWanted, type ApproveStep } from '../../engine/analysis-steps.js';
import { approvalOf } from '../../engine/approving.js';
import { ownerReference } from '../../kubernetes/owners.js';
import { fnv32a, safeEncode } from '../../kubernetes/pod-template.js';
import type { Approval } from '../../model/approval.js';
import { stepOf } from '../../model/plan.js';
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

/** A step that asks people, or may. */
interface Asking {
  /** Whom, and how many. */
  readonly step: ApproveStep;
  readonly index: number;
  /** An analysis that asks only if it is undecided after its time, and has not asked yet. */
  readonly mayYet: boolean;
}

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
    return { outcome: 'nothing', approval: said, done: `Step ${index + 1} of release ${name} was ${saying.approved ? 'approved' : 'rejected'} by you (${caller.username}) already.`, next: whatNext(release, chosen, consent.given.length, saying) };
  }
  const given = saying.approved ? consent.given.length + 1 : consent.given.length;
  return {
    outcome: 'write',
    approval: approvalFor(release, step, index, caller, saying),
    done: `Step ${index + 1} of release ${name} is ${saying.approved ? 'approved' : 'rejected'} by ${caller.username}.`,
    next: whatNext(release, chosen, given, saying),
  };
}

const refused = (why: string): ApprovalPlan => ({ outcome: 'refused', why });

function chosenStep({ metadata: { name }, spec, status }: Release, { step: asked }: Saying, verb: string): Asking | { readonly why: string } {
  const present = status?.step.index ?? 0;
  const asking = spec.plan.steps.flatMap((planned, index): Asking[] => {
    const step = index < present ? undefined : consentWanted(spec, stepOf(planned));
    return step ? [{ step, index, mayYet: planned.kind === 'analyze' && !(index === present && status?.step.askedAt !== undefined) }] : [];
  });
  const hint = hintOf(asking, `serin ${verb} ${name}`);
  if (asked === undefined) {
    const waiting = asking.find(({ index, mayYet }) => index === present && !mayYet);
    return waiting ?? { why: `release ${name} waits for no approval: ${status?.message ?? 'it is under way.'} ${hint}` };
  }
  const count = spec.plan.steps.length;
  const found = asking.find(({ index }) => index === asked - 1);
  if (found) return found;
  if (asked > count) return { why: `release ${name} has ${count} steps, so there is no step ${asked}. ${hint}` };
  if (asked <= present) return { why: `release ${name} has passed step ${asked}. ${hint}` };
  return { why: `step ${asked} of release ${name} asks for no approval. ${hint}` };
}

/** Which steps ask later on, and how to answer them now. */
function hintOf(asking: readonly Asking[], command: string): string {
  const [first] = asking;
  if (!first) return 'None of its further steps asks for one.';
  const numbers = (mayYet: boolean): string => asking.filter((each) => each.mayYet === mayYet).map(({ index }) => `step ${index + 1}`).join(' and ');
  const [will, perhaps] = [numbers(false), numbers(true)];
  const text = [...(will === '' ? [] : [`${will} will`]), ...(perhaps === '' ? [] : [`${perhaps} may, when still undecided after the time of the analysis`])].join(', ');
  return `S${text.slice(1)}; say it beforehand with: ${command} --step ${first.index + 1}.`;
}

function may(step: ApproveStep, { username, groups }: Caller): boolean {
  return (step.users.length === 0 && step.groups.length === 0) || step.users.includes(username) || step.groups.some((group) => groups.includes(group));
}

/** `jane, group sre`, or `anyone who may create Approvals`. */
export function describeApprovers({ users, groups }: Pick<ApproveStep, 'users' | 'groups'>): string {
  const named = [...users, ...groups.map((group) => `group ${group}`)];
  return named.length === 0 ? 'anyone who may create Approvals' : named.join(', ');
}

function whatNext({ metadata: { name } }: Release, { step, mayYet }: Asking, given: number, { approved }: Saying): string {
  const follow = `Follow it with: serin status ${name} --watch.`;
  if (mayYet && !approved) return `The canary is taken back if the analysis is undecided after its time. Take it back at once with: serin abort ${name}.`;
  if (mayYet) return `The release goes on if the analysis is undecided after its time; a metric that fails still takes the canary back. ${follow}`;
  if (!approved) return `The canary is taken back. ${follow}`;
  const lacking = step.approvals - given;
  if (lacking > 0) return `${given} of ${step.approvals} approvals are given; still wanted: ${lacking} from ${describeApprovers(step)}.`;
  return `No further approval is wanted. ${follow}`;
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
