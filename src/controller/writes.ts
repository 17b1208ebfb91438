import type { ClusterClient } from '../cluster/client.js';
import type { Informer } from '../cluster/informer.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import type { ControllerContext } from './context.js';

/** What every write goes through. */
export type WriteContext = Pick<ControllerContext, 'client' | 'faults' | 'leadership' | 'conflicts'>;

/** Thrown instead of writing when another controller may lead by now. */
export class NotLeading extends Error {
  override readonly name = 'NotLeading';
}

/**
 * The one door through which the controller writes: checks that it still leads, lets fault tests stop it on either side,
 * and shows the cache what was written.
 * @param boundary names the write for fault tests, such as `release.status`
 */
export async function write<T extends KubernetesObject>(
  context: WriteContext,
  boundary: string,
  informer: Informer<T> | undefined,
  send: (client: ClusterClient) => Promise<T>,
): Promise<T> {
  await context.faults.reach(`controller.${boundary}.before`);
  if (!context.leadership.mayWrite()) throw new NotLeading(`not leading any more: ${boundary} is left to the next one`);
  const written = await noting(context, informer, send(context.client));
  informer?.remember(written);
  await context.faults.reach(`controller.${boundary}.after`);
  return written;
}

/** As `write`, for a deletion. */
export async function remove<T extends KubernetesObject>(
  context: WriteContext,
  boundary: string,
  informer: Informer<T> | undefined,
  object: T,
  send: (client: ClusterClient) => Promise<void>,
): Promise<void> {
  await context.faults.reach(`controller.${boundary}.before`);
  if (!context.leadership.mayWrite()) throw new NotLeading(`not leading any more: ${boundary} is left to the next one`);
  await noting(context, informer, send(context.client));
  informer?.forget(object);
  await context.faults.reach(`controller.${boundary}.after`);
}

/** What we had known is doubted where a write is refused again and again. */
async function noting<T extends KubernetesObject, Answer>({ conflicts }: WriteContext, informer: Informer<T> | undefined, sent: Promise<Answer>): Promise<Answer> {
  try {
    return await sent;
  } catch (error) {
    conflicts.note(error, informer);
    throw error;
  }
}
