import { ApiError } from '../../../cluster/api-error.js';
import type { ClusterClient } from '../../../cluster/client.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { resources } from '../../../kubernetes/resources.js';
import { hasEnded, type Release } from '../../../model/release.js';
import { configuredRouter } from '../../../routers/registry.js';
import { isOurObject } from '../../../routers/our-objects.js';
import type { WrittenObject } from '../../schemas/release-history.js';
import { changedLines, objectText } from './object-text.js';
import { FoundObjects, putBack } from './put-back.js';

/**
 * The objects that a release wrote, as they are now, with what is put back at its end: routes and Services as its router knows
 * them, and the ReplicaSet of the new version. Read as the person who asks, so that nobody sees what they may not; what they may
 * not see is left out. @param now milliseconds since the epoch
 */
export async function writtenObjects(client: ClusterClient, release: Release, now: number, signal: AbortSignal): Promise<WrittenObject[]> {
  const namespace = release.metadata.namespace ?? '';
  const { spec, status } = release;
  const found = new FoundObjects(namespace, now);
  const { router } = configuredRouter(spec.router);
  await Promise.all(router.watches.map(async (resource) => {
    for (const object of await visible(() => client.list(resource, { ...(resource.namespaced ? { namespace } : {}), signal }).then(({ items }) => items)) ?? []) found.put(resource, whole(resource, object));
  }));
  const claims = status?.claims ?? [];
  await Promise.all(claims.map(async ({ kind, name, namespace: elsewhere }) => {
    const resource = router.watches.find((each) => each.kind === kind);
    if (!resource || elsewhere === undefined || elsewhere === namespace) return;
    const object = await visible(() => client.find(resource, { name, namespace: elsewhere }, { signal }));
    if (object) found.put(resource, whole(resource, object));
  }));
  const back = hasEnded(status?.phase ?? 'Preparing') ? found : tried(() => putBack(release, found)) ?? found;
  const written = found.all().flatMap(({ resource, object }): WrittenObject[] => {
    const { name, namespace: own = '' } = object.metadata;
    const ours = isOurObject(object, spec.policy);
    const before = back.get(resource, name, own)?.object;
    if (!ours && before === object) return [];
    return [viewOf(object, ours ? undefined : before)];
  });
  const made = spec.workload.kind === 'Versions' ? undefined : await visible(() => client.find(resources.replicaSets, { namespace, name: spec.canary.replicaSet }, { signal }));
  return [...written.sort((a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name)), ...(made ? [viewOf(whole(resources.replicaSets, made), undefined)] : [])];
}

function viewOf(object: KubernetesObject, before: KubernetesObject | undefined): WrittenObject {
  const yaml = objectText(object);
  const old = before && objectText(before);
  return { kind: object.kind, name: object.metadata.name, namespace: object.metadata.namespace ?? '', yaml, ...(old === undefined ? {} : { before: old }), changed: changedLines(yaml, old) };
}

/** Objects that somebody else has changed may leave no way back that can be gone on a copy; then nothing is said of it. */
function tried<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Lists give their objects without kind and version. */
function whole(resource: Resource<KubernetesObject>, object: KubernetesObject): KubernetesObject {
  return { ...object, apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`, kind: resource.kind };
}

/** What the person may see and the cluster knows; undefined else. */
async function visible<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ApiError && (error.code === 403 || error.code === 404 || error.code === 405)) return undefined;
    throw error;
  }
}
