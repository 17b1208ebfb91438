import { isForbidden, isNotFound } from '../cluster/api-error.js';
import { createInformer } from '../cluster/create-informer.js';
import type { Informer, RunningInformer } from '../cluster/informer.js';
import type { LoopParts } from '../cluster/loop.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import type { ImageApproval } from '../model/images/image-approval.js';
import type { ImagePolicy } from '../model/images/image-policy.js';
import type { ImageUpdate } from '../model/images/image-update.js';
import { serinResources } from '../model/resources.js';

/** What the loop sees of images. */
export interface ImageCaches {
  readonly policies: Informer<ImagePolicy>;
  readonly updates: Informer<ImageUpdate>;
  readonly approvals: Informer<ImageApproval>;
  /** Whether all are filled; nothing may be decided before. */
  readonly synced: boolean;
  /** Resolves when all are filled, or when one of them cannot be: a cluster without these kinds is no reason to stand still. */
  untilKnown(): Promise<void>;
  stop(): Promise<void>;
}

/** @param onFilled called when all are filled */
export function startImageCaches({ client, clock, random, signal, namespace, onError }: LoopParts, onFilled: () => void): ImageCaches {
  const unseen = new AbortController();
  const start = <T extends KubernetesObject>(resource: Resource<T>): RunningInformer<T> =>
    createInformer(client, resource, {
      clock, random, signal,
      ...(namespace === undefined ? {} : { namespace }),
      onError: (error) => {
        // Said once; it goes on looking.
        if ((isNotFound(error) || isForbidden(error)) && unseen.signal.aborted) return;
        if (isNotFound(error) || isForbidden(error)) unseen.abort();
        onError(error, 'watch of images');
      },
    });
  const [policies, updates, approvals] = [start(serinResources.imagePolicies), start(serinResources.imageUpdates), start(serinResources.imageApprovals)];
  const all = [policies, updates, approvals];
  const filled = Promise.all(all.map((each) => each.untilSynced())).then(onFilled, () => undefined);
  return {
    policies, updates, approvals,
    get synced() {
      return all.every((each) => each.synced);
    },
    untilKnown: () => Promise.race([filled, new Promise<void>((resolve) => (unseen.signal.aborted ? resolve() : unseen.signal.addEventListener('abort', () => resolve(), { once: true })))]),
    async stop() {
      await Promise.all(all.map((each) => each.stop()));
      await filled;
    },
  };
}
