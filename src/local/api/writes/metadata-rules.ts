import type { FieldError } from '../../../kubernetes/field-error.js';
import { fieldPath, forbiddenField, invalidField, requiredField } from '../../../kubernetes/field-errors.js';
import { deepEqual } from '../../../kubernetes/json.js';
import { dns1123LabelProblems, dns1123SubdomainProblems, labelValueProblems, pathSegmentProblems, qualifiedNameProblems } from '../../../kubernetes/names.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { Kind } from '../kinds/kind.js';

const MOST_ANNOTATION_BYTES = 256 * 1024;

/** What is wrong with the metadata of any object. */
export function metadataProblems({ metadata }: KubernetesObject, kind: Kind): FieldError[] {
  const problems: FieldError[] = [];
  if (!metadata.name) problems.push(requiredField('metadata.name', 'name or generateName is required'));
  else problems.push(...nameProblems(metadata.name, kind).map((each) => invalidField('metadata.name', metadata.name, each)));
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    problems.push(...qualifiedNameProblems(key).map((each) => invalidField('metadata.labels', key, each)));
    problems.push(...labelValueProblems(value).map((each) => invalidField('metadata.labels', value, each)));
  }
  problems.push(...annotationProblems(metadata.annotations ?? {}), ...ownerProblems(metadata), ...finalizerProblems(metadata.finalizers ?? [], kind));
  return problems;
}

/** What an update may not change in the metadata. */
export function metadataUpdateProblems({ metadata }: KubernetesObject, { metadata: before }: KubernetesObject): FieldError[] {
  const problems: FieldError[] = [];
  if (before.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter((finalizer) => !(before.finalizers ?? []).includes(finalizer));
    if (added.length > 0) {
      problems.push(forbiddenField('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((each) => JSON.stringify(each)).join(', ')}}`));
    }
  }
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    if (!deepEqual(metadata[field], before[field])) problems.push(invalidField(fieldPath('metadata', field), metadata[field] ?? null, 'field is immutable'));
  }
  return problems;
}

function nameProblems(name: string, { nameRule }: Kind): string[] {
  if (nameRule === 'dns-label') return dns1123LabelProblems(name);
  if (nameRule === 'path-segment') return pathSegmentProblems(name);
  return dns1123SubdomainProblems(name);
}

function annotationProblems(annotations: Readonly<Record<string, string>>): FieldError[] {
  const problems: FieldError[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations)) {
    problems.push(...qualifiedNameProblems(key.toLowerCase()).map((each) => invalidField('metadata.annotations', key, each)));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MOST_ANNOTATION_BYTES) {
    problems.push({ reason: 'FieldValueTooLong', field: 'metadata.annotations', message: `Too long: may not be more than ${MOST_ANNOTATION_BYTES} bytes` });
  }
  return problems;
}

function ownerProblems({ ownerReferences = [] }: KubernetesObject['metadata']): FieldError[] {
  const problems: FieldError[] = [];
  for (const owner of ownerReferences) {
    const at = 'metadata.ownerReferences';
    if (!owner.apiVersion) problems.push(invalidField(fieldPath(at, 'apiVersion'), owner.apiVersion ?? '', 'version must not be empty'));
    if (!owner.kind) problems.push(invalidField(fieldPath(at, 'kind'), owner.kind ?? '', 'must not be empty'));
    if (!owner.name) problems.push(invalidField(fieldPath(at, 'name'), owner.name ?? '', 'must not be empty'));
    if (!owner.uid) problems.push(invalidField(fieldPath(at, 'uid'), owner.uid ?? '', 'must not be empty'));
    if (owner.kind === 'Event' && (owner.apiVersion === 'v1' || owner.apiVersion === 'events.k8s.io/v1')) {
      problems.push(invalidField(at, owner, `${owner.apiVersion === 'v1' ? '/v1' : owner.apiVersion}, Kind=Event is disallowed from being an owner`));
    }
  }
  const controllers = ownerReferences.filter(({ controller }) => controller === true);
  if (controllers.length > 1) {
    const names = controllers.slice(0, 2).map(({ kind, name }) => `${kind}/${name}`);
    problems.push(invalidField('metadata.ownerReferences', ownerReferences, `Only one reference can have Controller set to true. Found "true" in references for ${names.join(' and ')}`));
  }
  return problems;
}

/** Only kinds of the main API insist on a domain. */
function finalizerProblems(finalizers: readonly string[], { strategicMerge, resource }: Kind): FieldError[] {
  const strict = strategicMerge && resource.group !== 'apiextensions.k8s.io';
  return finalizers.flatMap((finalizer, index) => {
    const at = 'metadata.finalizers';
    const problems = qualifiedNameProblems(finalizer).map((each) => invalidField(at, finalizer, each));
    const standard = ['orphan', 'foregroundDeletion', 'kubernetes'].includes(finalizer);
    if (strict && !finalizer.includes('/') && !standard) problems.push(invalidField(fieldPath(at, index), finalizer, 'name is neither a standard finalizer name nor is it fully qualified'));
    return problems;
  });
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
