import type { FieldError } from '../../../kubernetes/field-error.js';
import { fieldPath, invalidField } from '../../../kubernetes/field-errors.js';
import { deepEqual } from '../../../kubernetes/json.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { objectMetaUpdateProblems } from '../kinds/object-meta.js';

const IMMUTABLE = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;

/** What an update may not change in the metadata of any object. */
export function metadataUpdateProblems(object: KubernetesObject, before: KubernetesObject): FieldError[] {
  const changed = IMMUTABLE.filter((field) => !deepEqual(object.metadata[field], before.metadata[field]));
  return [
    ...objectMetaUpdateProblems(object, before),
    ...changed.map((field) => invalidField(fieldPath('metadata', field), object.metadata[field] ?? null, 'field is immutable')),
  ];
}

/**
 * Drops owners that are named twice, in place.
 * @returns a warning when there were any
 */
export function dropRepeatedOwners({ metadata }: KubernetesObject): string | undefined {
  const owners = metadata.ownerReferences ?? [];
  const repeated = new Set<string>();
  const kept = owners.filter((owner, index) => {
    const first = owners.findIndex((each) => each.uid === owner.uid && deepEqual(each, owner));
    if (first !== index) repeated.add(owner.uid);
    return first === index;
  });
  if (repeated.size === 0) return undefined;
  metadata.ownerReferences = kept;
  const advice = 'API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests';
  return `.metadata.ownerReferences contains duplicate entries; ${advice}; duplicate UID(s) observed: ${[...repeated].join(', ')}`;
}
