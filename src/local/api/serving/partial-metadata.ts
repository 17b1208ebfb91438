import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { Representation } from './representation.js';
import { bookmarkOf } from './representation.js';

/** The metadata of an object alone. */
export function partialObject({ metadata }: KubernetesObject, version: string): object {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata };
}

/** Objects without what is in them. */
export function partialMetadata(version: string): Representation {
  const one = ({ object }: { object: KubernetesObject }): string => JSON.stringify(partialObject(object, version));
  return {
    contentType: 'application/json',
    id: `partial ${version}`,
    one,
    inEvent: one,
    list: (items, facts) =>
      JSON.stringify({
        kind: 'PartialObjectMetadataList',
        apiVersion: `meta.k8s.io/${version}`,
        metadata: facts,
        items: items.map(({ object }) => partialObject(object, version)),
      }),
    bookmark: (resourceVersion, annotations) =>
      JSON.stringify(bookmarkOf('PartialObjectMetadata', `meta.k8s.io/${version}`, resourceVersion, annotations)),
  };
}
