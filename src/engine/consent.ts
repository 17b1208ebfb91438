import { formatDuration } from '../model/duration.js';
import { message, type Message } from '../model/messages.js';
import type { WantedConsent } from '../model/plan.js';
import type { Release } from '../model/release.js';
import { AUTHOR_ANNOTATION } from '../model/resources.js';
import { approvalOf, approvedOf, BEGINNING, describeWanted, type OutdatedApproval } from './approving.js';
import type { Draft } from './draft.js';
import { ending, type Ending } from './endings.js';
import { formatMoment } from './formatting.js';
import type { ApprovalObservation, Observation } from './observation.js';

/** What comes of asking people: consent, and what to write down about it; an end; or a wait. */
export type Asked =
  | { readonly state: 'given'; readonly how: Message }
  | { readonly state: 'ended'; readonly ending: Ending }
  /** @property until when people have taken too long, milliseconds since the epoch */
  | { readonly state: 'waits'; readonly what: Message; readonly until: number | undefined };

/** A refusal as the end that it leads to. */
export const refusedBy = ({ user, comment }: ApprovalObservation): Ending => ending('ApprovalRefused', { user, comment: comment === '' ? '' : `: ${comment}` });

/**
 * Asks those whose consent is wanted. Time alone decides only where the plan says so. The present step is what has lasted since
 * they were first asked.
 * @param index of the step, from 0; `BEGINNING` before a release begins
 */
export function askPeople(draft: Draft, release: Release, observation: Observation, wanted: WantedConsent, index: number): Asked {
  const known = approvedOf(release, observation, draft.status.images);
  const { given, by, refusal, outdated } = approvalOf(observation.approvals ?? [], wanted, index, known);
  if (refusal) return { state: 'ended', ending: refusedBy(refusal) };
  sayOutdated(draft, outdated);
  if (given.length >= wanted.approvals) return { state: 'given', how: message('Approved', { users: by.join(', ') }) };
  const { milliseconds, otherwise = 'Reject' } = wanted;
  const args = { given: given.length, wanted: wanted.approvals, from: describeWanted(wanted, known.author), release: release.metadata.name };
  const asks = index === BEGINNING ? 'WaitsForApprovalToBegin' : 'WaitsForApproval';
  // Time goes on even where the rule cannot be used.
  const nobody = wanted.notAuthor === true && known.author === undefined ? message('WaitsForAuthor', { annotation: AUTHOR_ANNOTATION, release: release.metadata.name }) : undefined;
  if (milliseconds === undefined) return { state: 'waits', what: nobody ?? message(asks, args), until: undefined };
  const until = draft.now - draft.inStep() + milliseconds;
  if (draft.now < until) return { state: 'waits', what: nobody ?? message(`${asks}Until`, { ...args, until: formatMoment(until), fate: `@Fate${otherwise}` }), until };
  const limit = formatDuration(milliseconds);
  if (otherwise === 'Approve') return { state: 'given', how: message('ApprovalTimeOver', { limit }) };
  if (otherwise === 'Reject') return { state: 'ended', ending: ending('ApprovalExpired', { limit, given: String(given.length), wanted: String(wanted.approvals) }) };
  return { state: 'waits', what: nobody ?? message('WaitsForApprovalOverdue', { ...args, until: formatMoment(until) }), until: undefined };
}

/** Writes down, once for each, which approvals do not count any more. */
export function sayOutdated(draft: Draft, outdated: readonly OutdatedApproval[]): void {
  for (const { user, changed } of outdated) {
    const what = changed === 'plan' ? '@SeenPlan' : '@SeenImages';
    const said = draft.status.log?.some(({ code, arguments: args }) => code === 'ApprovalOutdated' && args['user'] === user && args['what'] === what && args['step'] === String(draft.status.step.index));
    if (!said) draft.happen(message('ApprovalOutdated', { user, what, step: draft.status.step.index }));
  }
}
