import type { EndpointSlice } from '../../kubernetes/generated/discovery-v1.js';
import type { Pod, Service } from '../../kubernetes/generated/core-v1.js';
import { deepEqual, isRecord } from '../../kubernetes/json.js';
import { apiVersionOf, type KubernetesObject, type Resource } from '../../kubernetes/objects.js';
import { applyJsonPatch } from '../../kubernetes/patch/json-patch.js';
import { applyMergePatch } from '../../kubernetes/patch/merge-patch.js';
import { resources } from '../../kubernetes/resources.js';
import type { Found, FoundObject, RoutingWrite } from '../../routers/router.js';
import { asAccepted } from './acceptance.js';

interface Copied {
  readonly object: KubernetesObject;
  /** Milliseconds since the epoch when this generation was written. */
  readonly since: number;
}

type AnyResource = Resource<KubernetesObject>;

/** What the copy starts from. */
export interface CopiedObjects {
  readonly namespace: string;
  readonly objects: readonly KubernetesObject[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly serves: (resource: AnyResource) => boolean;
}

/**
 * Objects of a cluster to try things on: takes writes as its API server would, and answers for everybody else at once: the
 * routing products accept what is written, EndpointSlices follow Services and Pods. Nothing leaves it.
 */
export class ClusterCopy implements Found {
  now: number;
  readonly namespace: string;
  readonly serves: (resource: AnyResource) => boolean;
  readonly #objects = new Map<string, Copied>();
  #pods: readonly Pod[] = [];
  #version = 1;

  constructor({ namespace, objects, now, serves }: CopiedObjects) {
    this.now = now;
    this.namespace = namespace;
    this.serves = serves;
    // Everything has stood there for long.
    for (const object of structuredClone(objects)) {
      const metadata = { ...object.metadata, resourceVersion: object.metadata.resourceVersion ?? String(++this.#version) };
      this.#objects.set(keyOf(object, metadata.namespace ?? namespace), { object: asAccepted({ ...object, metadata }), since: 0 });
    }
  }

  get<T extends KubernetesObject>(resource: Resource<T>, name: string, namespace = this.namespace): (FoundObject & { readonly object: T }) | undefined {
    const copied = this.#objects.get(placeOf(resource, name, namespace));
    return copied && { object: structuredClone(copied.object) as T, unchangedSince: copied.since };
  }

  list<T extends KubernetesObject>(resource: Resource<T>, namespace = this.namespace): T[] {
    if (resource.plural === resources.pods.plural) return (namespace === this.namespace ? this.#pods : []) as readonly KubernetesObject[] as T[];
    if (resource.plural === resources.endpointSlices.plural) return (namespace === this.namespace ? this.#endpointSlices() : []) as KubernetesObject[] as T[];
    return [...this.#objects]
      .filter(([key, { object }]) => isOf(resource, object) && (!resource.namespaced || key === placeOf(resource, object.metadata.name, namespace)))
      .map(([, { object }]) => structuredClone(object) as T);
  }

  /** Every object by its place, as it is now; to be compared with a later moment. */
  snapshot(): ReadonlyMap<string, KubernetesObject> {
    return new Map([...this.#objects].map(([key, { object }]) => [key, object]));
  }

  /** Says which Pods there are from now on, all of them ready. */
  runPods(pods: readonly Pod[]): void {
    this.#pods = pods;
  }

  /** Creates or replaces an object. */
  put(object: KubernetesObject): void {
    const namespace = object.metadata.namespace ?? this.namespace;
    const key = keyOf(object, namespace);
    const before = this.#objects.get(key);
    const next = structuredClone(object);
    const changed = !before || !deepEqual(Reflect.get(before.object, 'spec'), Reflect.get(next, 'spec'));
    const generation = (before?.object.metadata.generation ?? 0) + (changed ? 1 : 0);
    const metadata = { ...next.metadata, resourceVersion: String(++this.#version), generation };
    this.#objects.set(key, { object: asAccepted({ ...next, metadata }), since: changed || !before ? this.now : before.since });
  }

  edit<T extends KubernetesObject>(resource: Resource<T>, name: string, change: (object: T) => T): void {
    const found = this.get(resource, name);
    if (found) this.put(change(found.object));
  }

  remove(resource: AnyResource, name: string): void {
    this.#objects.delete(placeOf(resource, name, this.namespace));
  }

  /** Takes a write. @throws Error where it does not fit what is there, which is a fault of the router */
  apply(write: RoutingWrite): void {
    if (write.action === 'create') {
      const { resource, object } = write;
      this.put({ ...object, apiVersion: apiVersionOf(resource), kind: resource.kind, ...(resource.namespaced ? { metadata: { ...object.metadata, namespace: object.metadata.namespace ?? this.namespace } } : {}) });
      return;
    }
    const { resource, name, namespace = this.namespace } = write;
    const found = this.get(resource, name, namespace);
    if (!found) throw new Error(`${resource.kind} ${name} is to be changed, but is not there`);
    if (write.action === 'delete') {
      this.#objects.delete(placeOf(resource, name, namespace));
      return;
    }
    const patched: unknown = write.patchKind === 'json' ? applyJsonPatch(found.object, write.patch) : applyMergePatch(found.object, write.patch);
    if (isRecord(patched)) this.put(patched as unknown as KubernetesObject);
  }

  #endpointSlices(): EndpointSlice[] {
    return this.list(resources.services).map((service) => slice(service, this.#pods));
  }
}

function slice({ metadata, spec }: Service, pods: readonly Pod[]): EndpointSlice {
  const selector = Object.entries(spec?.selector ?? {});
  const meant = selector.length === 0 ? [] : pods.filter((pod) => selector.every(([key, value]) => pod.metadata.labels?.[key] === value));
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${metadata.name}-copy`, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }), labels: { 'kubernetes.io/service-name': metadata.name } },
    addressType: 'IPv4',
    endpoints: meant.map((pod) => ({ addresses: [pod.status?.podIP ?? ''], conditions: { ready: true }, targetRef: { kind: 'Pod', name: pod.metadata.name } })),
    ports: [],
  };
}

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '');
const isOf = ({ group, kind }: AnyResource, object: KubernetesObject): boolean => object.kind === kind && groupOf(object.apiVersion) === group;
const keyOf = ({ apiVersion, kind, metadata }: KubernetesObject, namespace: string): string => `${groupOf(apiVersion)}/${kind}/${UNPLACED.has(kind) ? '' : namespace}/${metadata.name}`;
const placeOf = ({ group, kind, namespaced }: AnyResource, name: string, namespace: string): string => `${group}/${kind}/${namespaced ? namespace : ''}/${name}`;

/** Kinds of objects without a namespace. */
const UNPLACED: ReadonlySet<string> = new Set(Object.values(resources).flatMap(({ namespaced, kind }) => (namespaced ? [] : [kind])));
