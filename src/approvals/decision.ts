import { approvalOf, BEGINNING, type Approved } from '../engine/approving.js';
import { observedApproval } from '../engine/observed-approval.js';
import { ownerReference } from '../kubernetes/owners.js';
import { fnv32a, safeEncode } from '../kubernetes/pod-template.js';
import type { Approval, ApprovalSpec } from '../model/approval.js';
import { hasEnded, type Release } from '../model/release.js';
import { planMark } from '../model/release-mark.js';
import { API_VERSION, AUTHOR_ANNOTATION, MANAGED_BY, RELEASE_LABEL, serinResources } from '../model/resources.js';
import { askingOf, isUnbegun, nameOfStep, type Asking } from './asking.js';
import { describeApprovers, isAmong, type Approvers, type Caller } from './caller.js';
import { knownOf } from './record.js';

/** What a person wants to say. */
export interface Saying {
  readonly approved: boolean;
  readonly comment?: string;
  /** Counts from 1, 0 is before it begins; what waits when absent. */
  readonly step?: number;
  /** The freeze window that it is about. */
  readonly window?: string;
  /** What was shown to the person; what is so now when absent. */
  readonly seen?: NonNullable<ApprovalSpec['seen']>;
  /** By which door, such as a chat. */
  readonly via?: string;
}

/** What saying it comes to: an Approval to create, or nothing where it was said already, or why it cannot be. */
export type ApprovalPlan =
  | { readonly outcome: 'write'; readonly approval: Approval; readonly done: string; readonly next: string }
  | { readonly outcome: 'nothing'; readonly approval: Approval; readonly done: string; readonly next: string }
  | { readonly outcome: 'refused'; readonly why: string };

/** Who may let releases through the window that is spoken of: nobody, or these; undefined where that is not known. */
export type WindowExcepts = Approvers | 'nobody' | undefined;

/**
 * From what a person says to the Approval that says it. Pure.
 * @param approvals all of the release @param excepts whom the freeze window lets through that is spoken of
 */
export function planApproval(release: Release, approvals: readonly Approval[], caller: Caller, saying: Saying, excepts?: WindowExcepts): ApprovalPlan {
  const { name } = release.metadata;
  const verb = saying.approved ? 'approve' : 'reject';
  const phase = release.status?.phase ?? 'Preparing';
  if (hasEnded(phase)) return refused(`release ${name} has ended (${phase}); there is nothing to ${verb}.`);
  if (release.spec.abort || phase === 'Aborting' || phase === 'LettingGo') return refused(`release ${name} is being taken back; there is nothing to ${verb}.`);
  if (saying.seen && saying.seen.plan !== planMark(release.spec)) return refused(`release ${name} is not what was shown: its plan or its versions are others. Look at it again.`);
  const chosen = saying.window === undefined ? chosenStep(release, saying, verb) : windowStep(release, saying, saying.window, excepts);
  if ('why' in chosen) return refused(chosen.why);
  const { step, index } = chosen;
  const what = saying.window === undefined ? `${nameOfStep(index)} of release ${name}` : `that release ${name} begins in the freeze window ${saying.window}`;
  if (!isAmong(step, caller)) return refused(`${caller.username} may not ${verb} ${what}: only ${describeApprovers(step)} may.`);
  const { author } = release.spec;
  if (saying.approved && step.notAuthor === true && author === undefined) return refused(`nobody may approve ${what}: its author may not, and nothing says who that is. Put the annotation ${AUTHOR_ANNOTATION} on the Pod template, which starts a new release.`);
  if (saying.approved && step.notAuthor === true && author === caller.username) return refused(`${caller.username} wrote the new version and may not approve ${what}. Somebody else has to.`);
  const known = knownToSay(release, saying);
  const own = approvals.map(observedApproval).filter(({ freezeWindow }) => saying.window === undefined || freezeWindow === saying.window);
  const consent = approvalOf(own, step, index, known);
  const said = approvals.find((each) => isSameWord(each, caller, index, saying) && !consent.outdated.some(({ user }) => user === caller.username));
  if (said) {
    return { outcome: 'nothing', approval: said, done: `${capital(what)} was ${saying.approved ? 'approved' : 'rejected'} by you (${caller.username}) already.`, next: whatNext(release, chosen, consent.given.length, saying) };
  }
  const given = saying.approved ? consent.given.length + 1 : consent.given.length;
  return {
    outcome: 'write',
    approval: approvalFor(release, step, index, caller, saying, approvals.filter((each) => isSameWord(each, caller, index, saying)).length),
    done: `${capital(what)} is ${saying.approved ? 'approved' : 'rejected'} by ${caller.username}.`,
    next: whatNext(release, chosen, given, saying),
  };
}

const refused = (why: string): ApprovalPlan => ({ outcome: 'refused', why });
const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

const isSameWord = ({ spec }: Approval, { username }: Caller, index: number, { approved, window }: Saying): boolean => spec.step === index + 1 && spec.user === username && spec.approved === approved && spec.freezeWindow === window;

type Chosen = Pick<Asking, 'step' | 'index' | 'mayYet'> | { readonly why: string };

function chosenStep(release: Release, { step: said }: Saying, verb: string): Chosen {
  const { metadata: { name }, spec, status } = release;
  const present = status?.step.index ?? 0;
  const asking = askingOf(release);
  const hint = hintOf(asking, `serin ${verb} ${name}`);
  if (said === undefined) {
    const waiting = asking.find(({ waits }) => waits);
    if (waiting) return waiting;
    if (isUnbegun(release) && status?.held?.for === 'freeze') return { why: `release ${name} waits for no approval but for the freeze window ${status.held.window ?? ''}. Who may let it through does so with: serin ${verb} ${name} --window ${status.held.window ?? ''}.` };
    return { why: `release ${name} waits for no approval: ${status?.message ?? 'it is under way.'} ${hint}` };
  }
  const count = spec.plan.steps.length;
  const found = asking.find(({ index }) => index === said - 1);
  if (found) return found;
  if (said === 0) return { why: isUnbegun(release) ? `nobody is asked before release ${name} begins. ${hint}` : `release ${name} has begun. ${hint}` };
  if (said > count) return { why: `release ${name} has ${count} steps, so there is no step ${said}. ${hint}` };
  if (said <= present) return { why: `release ${name} has passed step ${said}. ${hint}` };
  return { why: `step ${said} of release ${name} asks for no approval. ${hint}` };
}

/** A freeze window is spoken of before a release begins, and whoever may let it through needs to be named there. */
function windowStep(release: Release, { step: said }: Saying, window: string, excepts: WindowExcepts): Chosen {
  const { name } = release.metadata;
  if (said !== undefined && said !== 0) return { why: `a freeze window is about the beginning of a release, not about step ${said}. Leave the step out.` };
  if (!isUnbegun(release)) return { why: `release ${name} has begun; a freeze window does not hold it any more.` };
  if (excepts === 'nobody') return { why: `nobody may let releases through the freeze window ${window}: it names nobody under exceptWith. It ends by itself.` };
  return { step: { approvals: 1, users: [], groups: [], ...excepts }, index: BEGINNING, mayYet: false };
}

/** Which steps ask later on, and how to answer them now. */
function hintOf(asking: readonly Asking[], command: string): string {
  const [first] = asking;
  if (!first) return 'None of its further steps asks for one.';
  const numbers = (mayYet: boolean): string => asking.filter((each) => each.mayYet === mayYet).map(({ index }) => nameOfStep(index)).join(' and ');
  const [will, perhaps] = [numbers(false), numbers(true)];
  const text = [...(will === '' ? [] : [`${will} will`]), ...(perhaps === '' ? [] : [`${perhaps} may, when still undecided after the time of the analysis`])].join(', ');
  return `${capital(text)}; say it beforehand with: ${command} --step ${first.index + 1}.`;
}

function whatNext(release: Release, { step, mayYet }: { readonly step: Asking['step']; readonly mayYet: boolean }, given: number, { approved, window }: Saying): string {
  const { name } = release.metadata;
  const follow = `Follow it with: serin status ${name} --watch.`;
  if (mayYet && !approved) return `The canary is taken back if the analysis is undecided after its time. Take it back at once with: serin abort ${name}.`;
  if (mayYet) return `The release goes on if the analysis is undecided after its time; a metric that fails still takes the canary back. ${follow}`;
  if (!approved && isUnbegun(release)) return `The release ends before it has begun. ${follow}`;
  if (!approved) return `The canary is taken back. ${follow}`;
  if (window !== undefined) return `The freeze window ${window} does not hold it any more. ${follow}`;
  const lacking = step.approvals - given;
  if (lacking > 0) return `${given} of ${step.approvals} approvals are given; still wanted: ${lacking} from ${describeApprovers(step)}.`;
  return `No further approval is wanted. ${follow}`;
}

/** What earlier words are held against: what is shown now, where digests are among that, else what is on record to run. */
function knownToSay(release: Release, { seen }: Saying): Approved {
  const known = knownOf(release);
  const { pulled = [] } = known;
  if (seen === undefined || seen.images.length === 0) return known;
  return { ...known, images: seen.images.map((digest) => pulled.find((each) => each.digest === digest) ?? { container: '', digest }) };
}

/**
 * A name of its own for each person, step, word and thing shown, so that saying it twice is one Approval.
 * @param outdated how many such words do not count any more
 */
function approvalFor(release: Release, step: Approvers, index: number, caller: Caller, { approved, comment, window, seen, via }: Saying, outdated: number): Approval {
  const { name, namespace, uid = '' } = release.metadata;
  const asked = new Set([...step.groups, ...(index === BEGINNING ? (release.spec.consent?.groups ?? []) : [])]);
  // Whom a window lets through that the caller may not see is for the controller to know.
  const unseen = window !== undefined && step.users.length + step.groups.length === 0;
  const counting = caller.groups.filter((group) => asked.has(group) || (unseen && !group.startsWith('system:'))).slice(0, 64);
  const mark = safeEncode(String(fnv32a(`${uid} ${caller.username} ${window ?? ''} ${JSON.stringify(seen ?? {})}${outdated === 0 ? '' : ` ${outdated}`}`)));
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
      ...(comment === undefined || comment === '' ? {} : { comment: comment.slice(0, 1024) }),
      ...(counting.length === 0 ? {} : { groups: counting }),
      ...(window === undefined ? {} : { freezeWindow: window }),
      ...(seen === undefined ? {} : { seen: { plan: seen.plan, images: [...seen.images] } }),
      ...(via === undefined ? {} : { via: via.slice(0, 253) }),
    },
  };
}
