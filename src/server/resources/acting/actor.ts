import type { ClusterClient } from '../../../cluster/client.js';
import type { Clock } from '../../../ports/clock.js';
import type { Identity } from '../../identity.js';
import { conflict, HttpError } from '../../errors.js';
import { ApprovalError } from '../../../approvals/approval-error.js';
import { sentence } from '../releases/actions.js';
import { saidOf, joined, type Said } from '../texts/sentences.js';

/** Somebody who does something, and the cluster as they see it. */
export interface Actor {
  readonly identity: Identity;
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** By which door, where it is not the page or the API. */
  readonly via?: string;
}

/** What was done, and what comes next. */
export interface Outcome {
  readonly done: Said;
  readonly next: Said;
}

/** An outcome in the words of a plan; what commands of the command line it names at its end is left out. */
export function outcomeOf(done: string, next: string): Outcome {
  return { done: saidOf(done), next: joined(withoutFollowing(next).map(saidOf)) };
}

/** How to follow a release from the command line, which says nothing on a page. */
const FOLLOWING = / ?Follow it with: serin [^.]*\./;

function withoutFollowing(text: string): string[] {
  const kept = text.replace(FOLLOWING, '').trim();
  return kept === '' ? [] : kept.split(/(?<=[.!?]) (?=[A-Z])/);
}

/** 409 with the words of a plan as one sentence or two. */
export const refused = (why: string): HttpError => conflict(sentence(why.replace(FOLLOWING, '')).en);

/** What the room of approvals refused, as an answer of the server. @param user whose name stays as it is, where a sentence begins with it */
export function approvalAnswer(error: unknown, user: string): unknown {
  if (!(error instanceof ApprovalError)) return error;
  const en = error.message.startsWith(`${user} `) ? error.message : sentence(error.message).en;
  switch (error.problem) {
    case 'refused':
    case 'taken':
    case 'unvouched':
      return conflict(en);
    case 'forbidden':
    case 'anonymous':
      return new HttpError(403, 'forbidden', en);
  }
}
