import { sayOnImage } from '../../../approvals/image-saying.js';
import { sayOnRelease } from '../../../approvals/saying.js';
import { serinResources } from '../../../model/resources.js';
import { hasEnded, type Release } from '../../../model/release.js';
import type { ImageUpdate } from '../../../model/images/image-update.js';
import type { ImageActionBody, ReleaseActionBody } from '../../schemas/actions.js';
import { conflict } from '../../errors.js';
import { missing } from '../visibility.js';
import { approvalAnswer, outcomeOf, type Actor, type Outcome } from './actor.js';
import { requireSame } from './steer.js';

interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** How long the controller is waited for after a rejection, and how often the release is looked at meanwhile, in milliseconds. */
const PATIENCE = 2_000;
const EVERY = 50;

/** Approves or rejects what a release asks. @throws HttpError 409 where that cannot be said, or came too late; 403 where the person may not */
export async function sayToRelease(actor: Actor, place: Place, approved: boolean, { uid, comment, step, seen, freezeWindow }: ReleaseActionBody): Promise<Outcome & { readonly release: Release }> {
  const { client, identity, signal, via } = actor;
  const release = await client.find(serinResources.releases, place, { signal });
  if (!release) throw missing('release', place.namespace, place.name);
  requireSame(release, uid);
  // Held by a freeze window, that is what there is to say something to.
  const held = release.status?.held;
  const window = freezeWindow ?? (held?.for === 'freeze' && (step === undefined || step === 0) ? held.window : undefined);
  try {
    const { approval, done, next } = await sayOnRelease(client, release, { username: identity.user, groups: identity.groups }, {
      approved,
      ...(comment === undefined ? {} : { comment }),
      ...(step === undefined ? {} : { step }),
      ...(seen === undefined ? {} : { seen }),
      ...(window === undefined ? {} : { window }),
      ...(via === undefined ? {} : { via }),
    }, { signal });
    if (!approved && isAsked(release, approval.spec.step)) await requireHeard(actor, release, approval.spec.step);
    return { ...outcomeOf(done, next), release };
  } catch (error) {
    throw approvalAnswer(error, identity.user);
  }
}

/** Whether a release asks at this moment: what is rejected beforehand is heard when its step comes. */
function isAsked({ spec, status }: Release, step: number): boolean {
  if (step === 0) return status?.held !== undefined;
  return status?.step.index === step - 1 && (spec.plan.steps[step - 1]?.kind === 'approve' || status.step.askedAt !== undefined);
}

/** Somebody's approval that came a moment before lets a release go past what is rejected. @throws HttpError 409 where it did */
async function requireHeard({ client, clock, signal }: Actor, { metadata: { namespace = '', name, uid } }: Release, step: number): Promise<void> {
  for (const end = clock.monotonic() + PATIENCE; clock.monotonic() < end; await clock.sleep(EVERY, signal)) {
    const found = await client.find(serinResources.releases, { namespace, name }, { signal });
    const { phase = 'Preparing', step: { index } = { index: 0 } } = found?.status ?? {};
    if (found?.metadata.uid !== uid || phase === 'Aborting' || phase === 'LettingGo' || (hasEnded(phase) && phase !== 'Completed')) return;
    if (phase === 'Progressing' ? index < step : phase === 'Preparing') continue;
    throw conflict(`Release ${name} went on before your word was heard: somebody approved it. Take it back with an abort instead.`);
  }
}

/** Approves or rejects an image. @throws as `sayToRelease` */
export async function sayToImage({ client, identity, signal, via }: Actor, place: Place, approved: boolean, { uid, comment }: ImageActionBody): Promise<Outcome & { readonly update: ImageUpdate }> {
  const update = await client.find(serinResources.imageUpdates, place, { signal });
  if (!update) throw missing('ImageUpdate', place.namespace, place.name);
  requireSame(update, uid);
  try {
    const { done, next } = await sayOnImage(client, update, { username: identity.user, groups: identity.groups }, { approved, ...(comment === undefined ? {} : { comment }), ...(via === undefined ? {} : { via }) }, { signal });
    return { ...outcomeOf(done, next), update };
  } catch (error) {
    throw approvalAnswer(error, identity.user);
  }
}
