import type { Release } from '../../../model/release.js';
import type { ReleasePolicy } from '../../../model/release-policy.js';
import { conflict, notFound } from '../../errors.js';
import type { ReleaseActionBody } from '../../schemas/actions.js';
import { actionVerbs, type ActionVerb } from '../../schemas/release-detail.js';
import { makerOf } from '../releases/actions.js';
import type { Actor, Outcome } from './actor.js';
import { goBack, tryAgain } from './go-back.js';
import { sayToRelease } from './say.js';
import { steer } from './steer.js';

/** Does one thing to a release, as the person who asks. @throws HttpError, ApiError where it is refused; nothing has moved then */
export async function actOnRelease(actor: Actor, place: { readonly namespace: string; readonly name: string }, verb: ActionVerb, body: ReleaseActionBody): Promise<Outcome & { readonly release: Release }> {
  switch (verb) {
    case 'approve':
    case 'reject':
      return sayToRelease(actor, place, verb === 'approve', body);
    case 'pause':
    case 'resume':
    case 'abort':
    case 'promote':
    case 'promoteFull':
      return steer(actor, place, verb, body);
    case 'retry':
      return tryAgain(actor, place, body);
    case 'rollback':
      return goBack(actor, place, body);
  }
}

/** @throws HttpError 409 where another tool's object says what is to be done */
export function requireOwnPolicy(policy: ReleasePolicy | undefined, { metadata }: Release, verb: ActionVerb): void {
  const maker = policy && verb !== 'approve' && verb !== 'reject' ? makerOf(policy) : undefined;
  if (maker !== undefined) throw conflict(`Release ${metadata.name} is run for ${maker}, which says what is to be done: tell that in its place.`);
}

/** @throws HttpError 404 for a word that is none */
export function verbOf(text: string): ActionVerb {
  const verb = actionVerbs.find((each) => each === text);
  if (verb === undefined) throw notFound(`There is no action "${text.slice(0, 40)}" on releases: there are ${actionVerbs.join(', ')}.`);
  return verb;
}
