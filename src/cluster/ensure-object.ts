import type { KubernetesObject, ObjectName, Resource } from '../kubernetes/objects.js';
import { deepEqual } from '../kubernetes/json.js';
import { ApiError, isConflict } from './api-error.js';
import type { ClusterClient, WriteOptions } from './client.js';

/** How often somebody else may be faster before we give up. */
const TRIES = 5;

/**
 * Reads an object, lets `change` say what it should be, and creates or replaces it, guarded by what was read. Where
 * somebody else wrote in between, all of it is done again. Nothing is written when nothing changes.
 * @param change gets a private copy, undefined where there is none; undefined as an answer leaves things as they are
 * @returns the object as it is now
 * @throws ApiError 409 when others were faster five times in a row
 */
export async function ensureObject<T extends KubernetesObject>(
  client: ClusterClient,
  resource: Resource<T>,
  name: ObjectName,
  change: (found: T | undefined) => T | undefined,
  options: Omit<WriteOptions, 'subresource'> = {},
): Promise<T | undefined> {
  for (let tries = 1; ; tries++) {
    const found = await client.find(resource, name, options.signal ? { signal: options.signal } : {});
    const wanted = change(found && structuredClone(found));
    if (wanted === undefined || deepEqual(wanted, found)) return found;
    try {
      if (!found) return await client.create(resource, wanted, options);
      const { resourceVersion, uid } = found.metadata;
      const metadata = { ...wanted.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }), ...(uid === undefined ? {} : { uid }) };
      return await client.replace(resource, { ...wanted, metadata }, options);
    } catch (error) {
      // 404: it was deleted between reading and replacing; a namespace that is missing answers the same to a create.
      const raced = isConflict(error) || (found !== undefined && error instanceof ApiError && error.code === 404);
      if (!raced || tries >= TRIES) throw error;
    }
  }
}
