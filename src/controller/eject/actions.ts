import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import type { RoutingWrite } from '../../routers/router.js';
import type { EjectAction } from './view.js';

/** A write, and in words what it does. */
export const write = (says: string, routingWrite: RoutingWrite): EjectAction => ({ do: 'write', says, write: routingWrite });

/** JSON patch operations on one object, guarded by its version. */
export function patch(resource: Resource<KubernetesObject>, { metadata }: KubernetesObject, ...operations: readonly unknown[]): RoutingWrite {
  return { action: 'patch', resource, name: metadata.name, patchKind: 'json', patch: operations, resourceVersion: metadata.resourceVersion ?? '' };
}

export function deletion(resource: Resource<KubernetesObject>, { metadata }: KubernetesObject): RoutingWrite {
  return { action: 'delete', resource, name: metadata.name, resourceVersion: metadata.resourceVersion ?? '' };
}
