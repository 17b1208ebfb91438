import type { ObjectMeta } from './generated/meta-v1.js';

/** Anything with a kind and metadata; the least that is known of every object. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** An object of a kind that has no type here. */
export interface UnknownObject extends KubernetesObject {
  [field: string]: unknown;
}

/** Name and, for namespaced kinds, namespace. */
export interface ObjectName {
  readonly name: string;
  readonly namespace?: string;
}

/** One API resource; `T` is the type of its objects. */
export interface Resource<T extends KubernetesObject = UnknownObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Never present; carries the type. */
  readonly _type?: T;
}

/** `v1`, `apps/v1`, … */
export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The path of a resource's collection, or of one object in it when a name is given. */
export function pathOf(resource: Resource<KubernetesObject>, at: { namespace?: string; name?: string; subresource?: string } = {}): string {
  const parts = [resource.group === '' ? '/api' : `/apis/${resource.group}`, resource.version];
  if (resource.namespaced && at.namespace !== undefined) parts.push('namespaces', encodeURIComponent(at.namespace));
  parts.push(resource.plural);
  if (at.name !== undefined) parts.push(encodeURIComponent(at.name));
  if (at.subresource !== undefined) parts.push(at.subresource);
  return parts.join('/');
}
