import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import type { Found, FoundObject } from '../routers/router.js';
import type { Caches } from './caches.js';

/** What routers may see of one namespace at this moment. @param now milliseconds since the epoch */
export function foundIn(namespace: string, caches: Caches, now: number): Found {
  return {
    now,
    get<T extends KubernetesObject>(resource: Resource<T>, name: string, elsewhere = namespace): (FoundObject & { readonly object: T }) | undefined {
      const object = caches.routing(resource)?.get(resource.namespaced ? { namespace: elsewhere, name } : { name });
      return object && { object, unchangedSince: caches.unchangedSince(object) };
    },
    list<T extends KubernetesObject>(resource: Resource<T>, elsewhere = namespace): T[] {
      return caches.routing(resource)?.list(resource.namespaced ? { namespace: elsewhere } : {}) ?? [];
    },
    sees: (other) => caches.sees(other),
    serves: (resource) => caches.routing(resource) !== undefined,
  };
}
