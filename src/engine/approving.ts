import type { WantedConsent } from '../model/plan.js';
import type { PulledImage, RunningImage } from '../model/pulled-image.js';
import { planMark } from '../model/release-mark.js';
import type { Release } from '../model/release.js';
import type { ApprovalObservation, Observation } from './observation.js';
import { meantBy } from './pulled-images.js';

/** The index that words to the beginning of a release carry, as the step before the first. */
export const BEGINNING = -1;

/** What approvals are held against. */
export interface Approved {
  /** Who wrote the new version, where that is known. */
  readonly author?: string | undefined;
  /** The mark of the plan; not looked at when absent. */
  readonly plan?: string | undefined;
  /** What canary Pods run; nothing where that is not known. */
  readonly images?: readonly RunningImage[] | undefined;
  /** What they were seen to run, and since when; where it is absent, a word that names no digest is held against none. */
  readonly pulled?: readonly PulledImage[] | undefined;
}

/** What people said to one step. */
export interface Consent {
  /** Who approved and may, each once. */
  readonly given: readonly string[];
  /** The same with the doors they came by. */
  readonly by: readonly string[];
  /** The first refusal by someone who may approve. */
  readonly refusal: ApprovalObservation | undefined;
  /** Approvals that would count if what was shown then were still so. */
  readonly outdated: readonly OutdatedApproval[];
}

export interface OutdatedApproval {
  readonly user: string;
  readonly changed: 'plan' | 'images';
}

/**
 * What approvals of a release are held against at this moment.
 * @param pulled as it is on record, with what Pods run now
 */
export const approvedOf = ({ spec }: Release, { approvals = [], canaryImages }: Pick<Observation, 'approvals' | 'canaryImages'>, pulled: readonly PulledImage[] = []): Approved => ({
  author: spec.author, images: canaryImages, pulled,
  // It costs something, and most passes have nothing to hold against it.
  plan: approvals.some(({ seen }) => seen !== undefined) ? planMark(spec) : undefined,
});

/**
 * What counts of what people said: only words to this very step, from those who may; each person once. Where the author may
 * not approve, nobody can as long as nobody knows who that is; the author may refuse. A refusal counts whatever was shown.
 * @param index of the step, from 0; `BEGINNING` for the time before
 */
export function approvalOf(approvals: readonly ApprovalObservation[], step: WantedConsent, index: number, known: Approved = {}): Consent {
  const said = approvals.filter((approval) => approval.step === index && isAmong(approval, step));
  const approved = said.filter((approval) => approval.approved && (step.notAuthor !== true || (known.author !== undefined && approval.user !== known.author)));
  const counting = approved.filter((approval) => changedSince(approval, known) === undefined);
  const given = [...new Set(counting.map(({ user }) => user))];
  return {
    given,
    by: given.map((user) => withDoor(user, counting.find((approval) => approval.user === user)?.via)),
    refusal: said.find((approval) => !approval.approved),
    outdated: approved.flatMap((approval) => {
      const changed = changedSince(approval, known);
      return changed === undefined || given.includes(approval.user) ? [] : [{ user: approval.user, changed }];
    }),
  };
}

/** Who let a release through a freeze window, by name. */
export function letThroughBy(approvals: readonly ApprovalObservation[], window: string, exceptWith: Pick<WantedConsent, 'users' | 'groups'> | undefined, known: Approved): Consent {
  const nobody: Consent = { given: [], by: [], refusal: undefined, outdated: [] };
  // Where nobody is named nobody may; an approval step without names is open to everybody.
  if (!exceptWith || exceptWith.users.length + exceptWith.groups.length === 0) return nobody;
  return approvalOf(approvals.filter(({ freezeWindow }) => freezeWindow === window), { approvals: 1, ...exceptWith }, BEGINNING, known);
}

/** Who may speak, in words: ` (jane, group sre; not ana)`, or nothing. */
export function describeWanted({ users, groups, notAuthor }: WantedConsent, author?: string): string {
  const named = [...users, ...groups.map((group) => `group ${group}`)].join(', ');
  const not = notAuthor === true && author !== undefined ? `not ${author}` : '';
  const text = [named, not].filter((each) => each !== '').join('; ');
  return text === '' ? '' : ` (${text})`;
}

function isAmong({ user, groups }: ApprovalObservation, step: Pick<WantedConsent, 'users' | 'groups'>): boolean {
  if (step.users.length === 0 && step.groups.length === 0) return true;
  return step.users.includes(user) || step.groups.some((group) => groups.includes(group));
}

/** What is not as it was for whoever said this. An image that nobody has seen run yet contradicts nothing. */
function changedSince(word: ApprovalObservation, { plan, images = [], pulled }: Approved): OutdatedApproval['changed'] | undefined {
  if (word.seen && plan !== undefined && word.seen.plan !== plan) return 'plan';
  return images.every((image) => isMeant(word, image, pulled)) ? undefined : 'images';
}

/** Whether a word is about what runs in a container: it names the digest, or none of that container and was said when Pods ran it. */
function isMeant({ seen, step, at }: ApprovalObservation, { container, digest }: RunningImage, pulled: readonly PulledImage[] | undefined): boolean {
  const named = seen?.images ?? [];
  if (named.includes(digest)) return true;
  // Before a release begins, digests may be known of some containers alone: of those whose images are pinned.
  const own = step === BEGINNING ? pulled?.filter((each) => each.container === container) : undefined;
  const isNamed = own === undefined || own.length === 0 ? named.length > 0 : own.some((each) => named.includes(each.digest));
  return !isNamed && (pulled === undefined || meantBy(at, container, pulled).includes(digest));
}

const withDoor = (user: string, via: string | undefined): string => (via === undefined || via === '' ? user : `${user} (via ${via})`);
