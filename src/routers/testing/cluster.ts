import jsonPatch, { type Operation } from 'fast-json-patch';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { equalJson } from '../json-values.js';
import type { Found, FoundObject, RoutingPlan, RoutingWrite, Stage } from '../router.js';
import { isReached } from '../stages.js';

interface Stored {
  readonly object: KubernetesObject & { readonly spec?: Readonly<Record<string, unknown>> };
  readonly since: number;
}

/**
 * A cluster in miniature: applies writes as an API server would, with versions, generations and field managers. What it hands
 * out is frozen, so that a router that changes what it found is caught.
 */
export class TestCluster implements Found {
  now = 1_000_000;
  readonly unserved = new Set<string>();
  /** Namespaces that are not looked at. */
  readonly outOfSight = new Set<string>();
  readonly writes: RoutingWrite[] = [];
  /** By kind and namespace, then by name. */
  readonly #objects = new Map<string, Map<string, Stored>>();
  #version = 1;

  get<T extends KubernetesObject>(resource: Resource<T>, name: string, namespace?: string): (FoundObject & { readonly object: T }) | undefined {
    const stored = this.#of(resource.kind, namespace).get(name);
    return stored && { object: stored.object as unknown as T, unchangedSince: stored.since };
  }

  list<T extends KubernetesObject>(resource: Resource<T>, namespace?: string): T[] {
    return [...this.#of(resource.kind, namespace).values()].map(({ object }) => object as unknown as T);
  }

  sees(namespace: string): boolean {
    return !this.outOfSight.has(namespace);
  }

  serves(resource: Resource<KubernetesObject>): boolean {
    return !this.unserved.has(resource.kind);
  }

  /** Creates or replaces an object, as `manager`. */
  put(object: KubernetesObject, manager = 'kubectl'): void {
    const all = this.#of(object.kind, object.metadata.namespace);
    const before = all.get(object.metadata.name);
    const next = copyOf(object) as { spec?: Record<string, unknown>; metadata: KubernetesObject['metadata'] } & KubernetesObject;
    // What changes nothing makes no new version.
    if (before && equalJson(written(before.object), written(next))) return;
    const old = before?.object.spec;
    const changed = !before || !equalJson(old, next.spec);
    const owners = new Map((before?.object.metadata.managedFields ?? []).map((entry) => [fieldOf(entry.fieldsV1), entry]));
    for (const field of Object.keys(next.spec ?? {})) {
      if (before && equalJson(old?.[field], next.spec?.[field])) continue;
      owners.set(field, { manager, operation: 'Update', fieldsV1: { 'f:spec': { [`f:${field}`]: {} } } });
    }
    for (const [name, value] of Object.entries(next.metadata.annotations ?? {})) {
      if (before?.object.metadata.annotations?.[name] === value) continue;
      owners.set(annotationField(name), { manager, operation: 'Update', fieldsV1: { 'f:metadata': { 'f:annotations': { [`f:${name}`]: {} } } } });
    }
    next.metadata = {
      ...next.metadata,
      namespace: next.metadata.namespace ?? NAMESPACE,
      resourceVersion: String(++this.#version),
      generation: (before?.object.metadata.generation ?? 0) + (changed ? 1 : 0),
      managedFields: [...owners.values()],
    };
    all.set(object.metadata.name, { object: frozen(next), since: changed || !before ? this.now : before.since });
  }

  remove(kind: string, name: string, namespace?: string): void {
    this.#of(kind, namespace).delete(name);
  }

  edit<T extends KubernetesObject>(resource: Resource<T>, name: string, change: (object: T) => void, manager = 'kubectl', namespace?: string): void {
    const found = this.get(resource, name, namespace);
    if (!found) throw new Error(`no ${resource.kind} ${name}`);
    const object = copyOf(found.object);
    change(object);
    this.put(object, manager);
  }

  /** @throws Error when the object has another version than the write expects, or a test in it fails */
  apply(write: RoutingWrite): void {
    this.writes.push(write);
    if (write.action === 'create') {
      const { kind, metadata } = write.object;
      if (this.#of(kind, metadata.namespace).has(metadata.name)) throw new Error(`409: ${kind} ${metadata.name} exists`);
      return this.put(write.object, 'serin');
    }
    const { kind } = write.resource;
    const stored = this.#of(kind, write.namespace).get(write.name);
    if (!stored || stored.object.metadata.resourceVersion !== write.resourceVersion) throw new Error(`409: ${kind} ${write.name}`);
    if (write.action === 'delete') return this.remove(kind, write.name, write.namespace);
    if (write.patchKind !== 'json') throw new Error('only JSON patches are used');
    const { newDocument } = jsonPatch.applyPatch(copyOf(stored.object), copyOf(write.patch) as Operation[], true, true);
    this.put(newDocument, 'serin');
  }

  #of(kind: string, namespace = NAMESPACE): Map<string, Stored> {
    const key = `${kind}/${namespace}`;
    const all = this.#objects.get(key) ?? new Map<string, Stored>();
    this.#objects.set(key, all);
    return all;
  }
}

/** The namespace of objects that name none. */
const NAMESPACE = 'shop';

/** An object without what a server fills in. */
function written({ metadata, ...rest }: KubernetesObject): unknown {
  const { resourceVersion: _version, generation: _generation, managedFields: _fields, namespace: _namespace, ...own } = metadata;
  return { ...rest, metadata: own };
}

/** As a server would have it: `undefined` does not travel. */
function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

/** The field of `spec`, or the annotation, that an entry of ours in `managedFields` is about. */
function fieldOf(fields: unknown): string {
  const { 'f:spec': spec, 'f:metadata': metadata } = fields as { readonly 'f:spec'?: object; readonly 'f:metadata'?: { readonly 'f:annotations': object } };
  const [key = ''] = Object.keys(spec ?? metadata?.['f:annotations'] ?? {});
  return spec ? key.slice(2) : annotationField(key.slice(2));
}

const annotationField = (name: string): string => `annotation ${name}`;

/** The first stage of a plan that is not reached. */
export function openStage({ stages }: RoutingPlan): Stage | undefined {
  return stages.find((stage) => !isReached(stage));
}

/**
 * Goes the way of a plan, one stage at a time, asking afresh after each, letting time pass where only time is waited for.
 * @returns what is waited for at the end; undefined when all stages are reached
 */
export function follow(cluster: TestCluster, plan: () => RoutingPlan, after: (plan: RoutingPlan) => void = () => undefined): string | undefined {
  for (let round = 0; round < 50; round++) {
    const current = plan();
    after(current);
    const stage = openStage(current);
    if (!stage) return undefined;
    if (stage.writes.length > 0) stage.writes.forEach((write) => cluster.apply(write));
    else if (stage.waitsUntil !== undefined) cluster.now = stage.waitsUntil;
    else return stage.waitsFor;
  }
  throw new Error('the plan has no end');
}
