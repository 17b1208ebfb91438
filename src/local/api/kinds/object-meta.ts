import type { FieldError } from '../../../kubernetes/field-error.js';
import { forbiddenField, invalidField, requiredField, tooLongField } from '../../../kubernetes/field-errors.js';
import type { OwnerReference } from '../../../kubernetes/generated/meta-v1.js';
import { dns1123LabelProblems, dns1123SubdomainProblems, labelValueProblems, pathSegmentProblems, qualifiedNameProblems } from '../../../kubernetes/names.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { nonNegative } from './field-checks.js';
import type { Kind } from './kind.js';

const ANNOTATIONS_LIMIT = 256 * 1024;
const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** What is wrong with the metadata of an object of any kind, built in or custom; comes before the kind's own errors. */
export function objectMetaProblems({ metadata }: KubernetesObject, kind: Pick<Kind, 'nameRule' | 'resource' | 'strategicMerge'>): FieldError[] {
  return [
    ...nameErrors(metadata, kind.nameRule),
    ...namespaceErrors(metadata.namespace, kind.resource.namespaced),
    ...nonNegative('metadata.generation', metadata.generation),
    ...labelErrors(metadata.labels, 'metadata.labels'),
    ...annotationErrors(metadata.annotations, 'metadata.annotations'),
    ...ownerErrors(metadata.ownerReferences ?? []),
    ...finalizerErrors(metadata.finalizers ?? [], kind.strategicMerge && kind.resource.group !== 'apiextensions.k8s.io'),
  ];
}

/** What is wrong with the change of an object's metadata, beside what is wrong with the new metadata itself. */
export function objectMetaUpdateProblems({ metadata }: KubernetesObject, { metadata: before }: KubernetesObject): FieldError[] {
  if (before.deletionTimestamp === undefined) return [];
  const added = (metadata.finalizers ?? []).filter((each) => !(before.finalizers ?? []).includes(each)).sort();
  if (added.length === 0) return [];
  const list = `[]string{${added.map((each) => JSON.stringify(each)).join(', ')}}`;
  return [forbiddenField('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`)];
}

/** What is wrong with the labels at a place. */
export function labelErrors(labels: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...qualifiedNameProblems(key).map((problem) => invalidField(field, key, problem)),
    ...labelValueProblems(value).map((problem) => invalidField(field, value, problem)),
  ]);
}

/** What is wrong with the annotations at a place; the case of their keys does not matter. */
export function annotationErrors(annotations: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  const entries = Object.entries(annotations ?? {});
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return [
    ...entries.flatMap(([key]) => qualifiedNameProblems(key.toLowerCase()).map((problem) => invalidField(field, key, problem))),
    ...(size > ANNOTATIONS_LIMIT ? [tooLongField(field, ANNOTATIONS_LIMIT)] : []),
  ];
}

/** The problems of a name under a kind's rule. */
function nameProblems(name: string, rule: Kind['nameRule']): string[] {
  switch (rule) {
    case 'dns-subdomain':
      return dns1123SubdomainProblems(name);
    case 'dns-label':
      return dns1123LabelProblems(name);
    case 'path-segment':
      return pathSegmentProblems(name);
  }
}

function nameErrors({ name, generateName }: KubernetesObject['metadata'], rule: Kind['nameRule']): FieldError[] {
  const errors: FieldError[] = [];
  if (generateName !== undefined && generateName !== '') {
    // A prefix may end in a dash; what follows makes the name whole.
    const probe = generateName.length > 1 && generateName.endsWith('-') ? `${generateName.slice(0, -2)}a` : generateName;
    errors.push(...nameProblems(probe, rule).map((problem) => invalidField('metadata.generateName', generateName, problem)));
  }
  if (name === undefined || name === '') return [...errors, requiredField('metadata.name', 'name or generateName is required')];
  return [...errors, ...nameProblems(name, rule).map((problem) => invalidField('metadata.name', name, problem))];
}

function namespaceErrors(namespace: string | undefined, namespaced: boolean): FieldError[] {
  const given = namespace !== undefined && namespace !== '';
  if (!namespaced) return given ? [forbiddenField('metadata.namespace', 'not allowed on this type')] : [];
  if (!given) return [requiredField('metadata.namespace')];
  return dns1123LabelProblems(namespace).map((problem) => invalidField('metadata.namespace', namespace, problem));
}

function ownerErrors(references: readonly OwnerReference[]): FieldError[] {
  const field = 'metadata.ownerReferences';
  const errors: FieldError[] = [];
  let controller: string | undefined;
  for (const reference of references) {
    errors.push(...ownerError(reference, field));
    if (reference.controller !== true) continue;
    const name = `${reference.kind}/${reference.name}`;
    if (controller === undefined) controller = name;
    else {
      const found = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errors.push(invalidField(field, references, found));
    }
  }
  return errors;
}

function ownerError(reference: OwnerReference, field: string): FieldError[] {
  // Custom resources come without the fields that Go's structs always have.
  const { apiVersion = '', kind = '', name = '', uid = '' } = reference;
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const empty = (part: string, value: string): FieldError[] => (value === '' ? [invalidField(`${field}.${part}`, value, 'must not be empty')] : []);
  const isEvent = kind === 'Event' && ((group === '' && version === 'v1') || (group === 'events.k8s.io' && version === 'v1'));
  return [
    ...(version === undefined || version === '' ? [invalidField(`${field}.apiVersion`, apiVersion, 'version must not be empty')] : []),
    ...empty('kind', kind),
    ...empty('name', name),
    ...empty('uid', uid),
    ...(isEvent ? [invalidField(field, reference, `${group}/${version}, Kind=Event is disallowed from being an owner`)] : []),
  ];
}

/** Only the kinds of the main API insist on names with a domain: not custom ones, and not their definitions. */
function finalizerErrors(finalizers: readonly string[], strict: boolean): FieldError[] {
  const field = 'metadata.finalizers';
  const errors = finalizers.flatMap((finalizer, index) => [
    ...qualifiedNameProblems(finalizer).map((problem) => invalidField(field, finalizer, problem)),
    ...(!strict || finalizer.includes('/') || STANDARD_FINALIZERS.has(finalizer)
      ? []
      : [invalidField(`${field}[${index}]`, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')]),
  ]);
  const bothWays = finalizers.includes('orphan') && finalizers.includes('foregroundDeletion');
  return bothWays ? [...errors, invalidField(field, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')] : errors;
}
