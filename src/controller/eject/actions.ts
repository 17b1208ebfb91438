import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import type { RoutingWrite } from '../../routers/router.js';
import type { EjectAction } from './view.js';

/** A write, and in words what it does. */
export const write = (says: string, routingWrite: RoutingWrite): EjectAction => ({ do: 'write', says, write: routingWrite });

/** JSON patch operations on one object, guarded by its version. */
export function patch(resource: Resource<KubernetesObject>, { metadata }: KubernetesObject, ...operations: readonly unknown[]): RoutingWrite {
  return { action: 'patch', resource, name: metadata.name, ...whereOf(metadata), patchKind: 'json', patch: operations, resourceVersion: metadata.resourceVersion ?? '' };
}

export function deletion(resource: Resource<KubernetesObject>, { metadata }: KubernetesObject): RoutingWrite {
  return { action: 'delete', resource, name: metadata.name, ...whereOf(metadata), resourceVersion: metadata.resourceVersion ?? '' };
}

/** Away with an annotation, and with the map when it was the only one. */
export function withoutAnnotation(resource: Resource<KubernetesObject>, object: KubernetesObject, annotation: string): RoutingWrite {
  const last = Object.keys(object.metadata.annotations ?? {}).length === 1;
  return patch(resource, object, { op: 'remove', path: last ? '/metadata/annotations' : `/metadata/annotations/${escaped(annotation)}` });
}

/** A name as a part of a JSON pointer. */
export const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

const whereOf = ({ namespace }: KubernetesObject['metadata']): { namespace?: string } => (namespace === undefined ? {} : { namespace });
