import { isInvalid, isNotFound } from '../../../cluster/api-error.js';
import type { ClusterClient, Patch } from '../../../cluster/client.js';
import type { Informer } from '../../../cluster/informer.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import type { Claim } from './claim.js';
import { adoptionPatch, releasePatch } from './reference-patch.js';

export interface Claimant<C extends KubernetesObject> {
  readonly resource: Resource<C>;
  readonly object: C;
}

export interface Claimed<T extends KubernetesObject> {
  readonly claim: Claim<T>;
  /** The cache of what is claimed. */
  readonly informer: Informer<T>;
}

/**
 * Adopts and releases. Before the first adoption the claimant is read from the server: one that is being deleted, or was
 * replaced by another of its name, adopts nothing.
 * @returns whether anything was written, and the caches have to be looked at again
 * @throws ApiError when the server refuses, except where what was claimed is gone
 */
export async function settleClaim<C extends KubernetesObject, T extends KubernetesObject>(
  client: ClusterClient,
  claimant: Claimant<C>,
  { claim, informer }: Claimed<T>,
  signal: AbortSignal,
): Promise<boolean> {
  let written = 0;
  const patch = async (object: T, body: Patch, ignored: (error: unknown) => boolean): Promise<void> => {
    try {
      informer.remember(await client.patch(informer.resource, nameOf(keyOf(object)), body, { signal }));
      written += 1;
    } catch (error) {
      if (!ignored(error)) throw error;
    }
  };
  for (const each of claim.release) await patch(each, releasePatch(claimant.object, each), (error) => isNotFound(error) || isInvalid(error));
  if (claim.adopt.length > 0) await assertAlive(client, claimant, signal);
  for (const each of claim.adopt) await patch(each, adoptionPatch(claimant.object, each), isNotFound);
  return written > 0;
}

async function assertAlive<C extends KubernetesObject>(client: ClusterClient, { resource, object }: Claimant<C>, signal: AbortSignal): Promise<void> {
  const live = await client.find(resource, nameOf(keyOf(object)), { signal });
  if (live?.metadata.uid === object.metadata.uid && live?.metadata.deletionTimestamp === undefined) return;
  throw new Error(`${resource.kind} ${keyOf(object)} adopts nothing: it is gone or being deleted`);
}
