import type { KubernetesObject, ObjectName } from '../../../kubernetes/objects.js';

/** `namespace/name`, or the name alone. */
export function keyOf({ metadata: { namespace, name } }: Pick<KubernetesObject, 'metadata'>): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The inverse of `keyOf`. */
export function nameOf(key: string): ObjectName {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
