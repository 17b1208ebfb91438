import { resources } from '../../kubernetes/resources.js';
import type { RoutingWrite } from '../router.js';
import type { Destination, VirtualService } from './objects.js';

/** New destinations for the http route at an index. */
export interface RouteChange {
  readonly index: number;
  readonly next: readonly Destination[];
}

/** One patch that changes destinations and nothing else, and only while the object is as it was found: its places are indexes. */
export function patchRoutes(object: VirtualService, changes: readonly RouteChange[]): RoutingWrite[] {
  if (changes.length === 0) return [];
  const patch = changes.map(({ index, next }) => ({ op: 'replace', path: `/spec/http/${index}/route`, value: next }));
  return [
    {
      action: 'patch',
      resource: resources.virtualServices,
      name: object.metadata.name,
      patchKind: 'json',
      patch,
      resourceVersion: object.metadata.resourceVersion ?? '',
    },
  ];
}
