import { isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { CustomResourceDefinition } from '../../kubernetes/generated/apiextensions-v1.js';
import { cloneJson, deepEqual } from '../../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { customResourceSchema } from '../../schema/custom-resource.js';
import type { StructuralSchema } from '../../schema/structural.js';
import { titleOf } from './put.js';

export type Version = CustomResourceDefinition['spec']['versions'][number];

/** Fields of an object that a version of its kind does not have, as paths: they go when it is written in that version. */
export function unknownFields(object: KubernetesObject, { schema }: Version): string[] {
  const structural = schema?.openAPIV3Schema;
  return structural === undefined ? [] : customResourceSchema(structural as StructuralSchema).prune(cloneJson(object)).filter((path) => !path.startsWith('metadata'));
}

/**
 * Objects on the cluster with fields that the wanted definition does not have: an API server leaves such fields out of what it
 * reads and stores from then on. One line each.
 */
export async function droppedFields(client: ClusterClient, present: CustomResourceDefinition, wanted: CustomResourceDefinition, signal: AbortSignal): Promise<string[]> {
  const [version] = wanted.spec.versions.filter(({ storage }) => storage);
  const there = present.spec.versions.find(({ storage }) => storage);
  if (version === undefined || there === undefined || deepEqual(there.schema, version.schema)) return [];
  const { group, names: { kind, plural } } = present.spec;
  const resource: Resource<KubernetesObject> = { group, version: there.name, kind, plural, namespaced: true };
  try {
    const { items } = await client.list(resource, { signal });
    return items.flatMap((object) => {
      const gone = unknownFields(object, version);
      return gone.length === 0 ? [] : [`${titleOf({ ...object, kind })}: ${gone.join(', ')}`];
    });
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
