import type { ParamKind, ParamRef } from '../../../kubernetes/generated/admissionregistration-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { matchesLabelSelector } from '../../../kubernetes/selectors.js';

/** The objects of a kind that policies take parameters from. */
export interface ParameterSource {
  readonly namespaced: boolean;
  /** All, or those of a namespace. */
  list(namespace?: string): readonly KubernetesObject[];
}

/** Finds a kind by its group, version and name; undefined when it is not served. */
export type FindParameters = (kind: ParamKind) => ParameterSource | undefined;

/**
 * The objects that a policy is asked with, one after the other: `undefined` alone when it takes none; none at all when
 * the binding lets requests pass where none is found.
 * @param namespace of the request
 * @throws Error for parameters that are not there, or cannot be found as the binding says
 */
export function parametersOf(kind: ParamKind | undefined, reference: ParamRef | undefined, namespace: string | undefined, find: FindParameters): (KubernetesObject | undefined)[] {
  if (kind === undefined || reference === undefined) return [undefined];
  const source = find(kind);
  if (source === undefined) throw new Error(`failed to configure policy: failed to find resource referenced by paramKind: '${kind.apiVersion ?? ''}, Kind=${kind.kind ?? ''}'`);
  const found = source.list(placeOf(source, reference, namespace)).filter((object) => isMeant(object, reference));
  if (found.length > 0) return [...found];
  if ((reference.parameterNotFoundAction ?? 'Deny') === 'Deny') throw new Error('failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction');
  return [];
}

function placeOf({ namespaced }: ParameterSource, { namespace: wanted = '' }: ParamRef, namespace: string | undefined): string | undefined {
  if (!namespaced) {
    if (wanted !== '') throw new Error('failed to configure binding: paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
    return undefined;
  }
  if (wanted !== '') return wanted;
  if (namespace === undefined) throw new Error('failed to configure binding: cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  return namespace;
}

function isMeant({ metadata }: KubernetesObject, { name = '', selector }: ParamRef): boolean {
  return name === '' ? selector !== undefined && matchesLabelSelector(selector, metadata.labels) : metadata.name === name;
}
