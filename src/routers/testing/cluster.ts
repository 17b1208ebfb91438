import jsonPatch, { type Operation } from 'fast-json-patch';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { equalJson } from '../json-values.js';
import type { Found, FoundObject, RoutingPlan, RoutingWrite } from '../router.js';

interface Stored {
  object: KubernetesObject & { spec?: Record<string, unknown> };
  since: number;
}

/** A cluster in miniature: applies writes as an API server would, with versions, generations and field managers. */
export class TestCluster implements Found {
  now = 1_000_000;
  readonly unserved = new Set<string>();
  readonly writes: RoutingWrite[] = [];
  readonly #objects = new Map<string, Stored>();
  #version = 1;

  get<T extends KubernetesObject>(resource: Resource<T>, name: string, namespace?: string): (FoundObject & { readonly object: T }) | undefined {
    const stored = this.#objects.get(keyOf(resource.kind, name, namespace));
    return stored && { object: structuredClone(stored.object) as unknown as T, unchangedSince: stored.since };
  }

  list<T extends KubernetesObject>(resource: Resource<T>, namespace: string = NAMESPACE): T[] {
    const isListed = ({ kind, metadata }: KubernetesObject): boolean => kind === resource.kind && metadata.namespace === namespace;
    return [...this.#objects.values()].filter(({ object }) => isListed(object)).map(({ object }) => structuredClone(object) as unknown as T);
  }

  serves(resource: Resource<KubernetesObject>): boolean {
    return !this.unserved.has(resource.kind);
  }

  /** Creates or replaces an object, as `manager`. */
  put(object: KubernetesObject, manager = 'kubectl'): void {
    const key = keyOf(object.kind, object.metadata.name, object.metadata.namespace);
    const before = this.#objects.get(key);
    const next = structuredClone(object) as Stored['object'];
    const old = before?.object.spec;
    const changed = !before || !equalJson(old, next.spec);
    const owners = new Map((before?.object.metadata.managedFields ?? []).map((entry) => [fieldOf(entry.fieldsV1), entry]));
    for (const field of Object.keys(next.spec ?? {})) {
      if (before && equalJson(old?.[field], next.spec?.[field])) continue;
      owners.set(field, { manager, operation: 'Update', fieldsV1: { 'f:spec': { [`f:${field}`]: {} } } });
    }
    for (const [name, value] of Object.entries(next.metadata.annotations ?? {})) {
      if (before?.object.metadata.annotations?.[name] === value) continue;
      owners.set(`annotation ${name}`, { manager, operation: 'Update', fieldsV1: { 'f:metadata': { 'f:annotations': { [`f:${name}`]: {} } } } });
    }
    next.metadata = {
      ...next.metadata,
      namespace: next.metadata.namespace ?? NAMESPACE,
      resourceVersion: String(++this.#version),
      generation: (before?.object.metadata.generation ?? 0) + (changed ? 1 : 0),
      managedFields: [...owners.values()],
    };
    this.#objects.set(key, { object: next, since: changed || !before ? this.now : before.since });
  }

  remove(kind: string, name: string, namespace?: string): void {
    this.#objects.delete(keyOf(kind, name, namespace));
  }

  edit<T extends KubernetesObject>(resource: Resource<T>, name: string, change: (object: T) => void, manager = 'kubectl', namespace?: string): void {
    const found = this.get(resource, name, namespace);
    if (!found) throw new Error(`no ${resource.kind} ${name}`);
    change(found.object);
    this.put(found.object, manager);
  }

  /** @throws Error when the object has another version than the write expects, or a test in it fails */
  apply(write: RoutingWrite): void {
    this.writes.push(write);
    if (write.action === 'create') {
      if (this.#objects.has(keyOf(write.object.kind, write.object.metadata.name, write.object.metadata.namespace))) throw new Error('409: exists');
      return this.put(write.object, 'serin');
    }
    const key = keyOf(write.resource.kind, write.name, write.namespace);
    const stored = this.#objects.get(key);
    if (!stored || stored.object.metadata.resourceVersion !== write.resourceVersion) throw new Error(`409: ${key}`);
    if (write.action === 'delete') {
      this.#objects.delete(key);
      return;
    }
    if (write.patchKind !== 'json') throw new Error('only JSON patches are used');
    const { newDocument } = jsonPatch.applyPatch(structuredClone(stored.object), structuredClone(write.patch) as Operation[], true, false);
    this.put(newDocument, 'serin');
  }
}

/** The namespace of objects that name none. */
const NAMESPACE = 'shop';

function keyOf(kind: string, name: string, namespace = NAMESPACE): string {
  return `${kind}/${namespace}/${name}`;
}

function fieldOf(fields: unknown): string {
  const annotation = /"f:annotations":\{"f:([^"]+)"/.exec(JSON.stringify(fields))?.[1];
  if (annotation !== undefined) return `annotation ${annotation}`;
  return JSON.stringify(fields).replace(/.*"f:spec":\{"f:([^"]+)".*/, '$1');
}

/**
 * Goes the way of a plan, one stage at a time, asking afresh after each, letting time pass where only time is waited for.
 * @returns what is waited for at the end; undefined when all stages are reached
 */
export function follow(cluster: TestCluster, plan: () => RoutingPlan, after: (plan: RoutingPlan) => void = () => undefined): string | undefined {
  for (let round = 0; round < 50; round++) {
    const current = plan();
    after(current);
    const stage = current.stages.find(({ writes, waitsFor }) => writes.length > 0 || waitsFor !== undefined);
    if (!stage) return undefined;
    if (stage.writes.length > 0) stage.writes.forEach((write) => cluster.apply(write));
    else if (stage.waitsUntil !== undefined) cluster.now = stage.waitsUntil;
    else return stage.waitsFor;
  }
  throw new Error('the plan has no end');
}
