import { sayOnImage } from '../../../approvals/image-saying.js';
import { sayOnRelease } from '../../../approvals/saying.js';
import { serinResources } from '../../../model/resources.js';
import type { Release } from '../../../model/release.js';
import type { ImageUpdate } from '../../../model/images/image-update.js';
import type { ImageActionBody, ReleaseActionBody } from '../../schemas/actions.js';
import { missing } from '../visibility.js';
import { approvalAnswer, outcomeOf, type Actor, type Outcome } from './actor.js';
import { requireSame } from './steer.js';

interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** Approves or rejects what a release asks. @throws HttpError 409 where that cannot be said, 403 where the person may not */
export async function sayToRelease({ client, identity, signal, via }: Actor, place: Place, approved: boolean, { uid, comment, step, seen, freezeWindow }: ReleaseActionBody): Promise<Outcome & { readonly release: Release }> {
  const release = await client.find(serinResources.releases, place, { signal });
  if (!release) throw missing('release', place.namespace, place.name);
  requireSame(release, uid);
  // Held by a freeze window, that is what there is to say something to.
  const held = release.status?.held;
  const window = freezeWindow ?? (held?.for === 'freeze' && (step === undefined || step === 0) ? held.window : undefined);
  try {
    const { done, next } = await sayOnRelease(client, release, { username: identity.user, groups: identity.groups }, {
      approved,
      ...(comment === undefined ? {} : { comment }),
      ...(step === undefined ? {} : { step }),
      ...(seen === undefined ? {} : { seen }),
      ...(window === undefined ? {} : { window }),
      ...(via === undefined ? {} : { via }),
    }, { signal });
    return { ...outcomeOf(done, next), release };
  } catch (error) {
    throw approvalAnswer(error);
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
    throw approvalAnswer(error);
  }
}
