import { isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import type { WorkQueue } from '../../../cluster/work-queue.js';
import type { OwnerReference } from '../../../kubernetes/generated/meta-v1.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { resources } from '../../../kubernetes/resources.js';
import type { Controller, WorkloadContext } from '../loop/context.js';
import { discoverResources } from '../loop/discovery.js';
import { createKeyLoop } from '../loop/key-loop.js';
import { decideGarbage, type GarbageDecision, type OwnerState } from './decide.js';
import { AbsentOwners } from './absent-owners.js';
import { graphNode, ORPHAN, OwnershipGraph, waitsForDependents, type GraphNode } from './ownership-graph.js';

const DISCOVERY = 'discovery';
/** New kinds without a CustomResourceDefinition (aggregated servers) are noticed this often. */
const REDISCOVER_MS = 60_000;

/** Deletes what lost all its owners, in the background, in the foreground, or leaves orphans, as each deletion asked. */
export class GarbageCollector implements Controller {
  readonly #context: WorkloadContext;
  readonly #graph = new OwnershipGraph();
  readonly #absent: AbsentOwners;
  readonly #watched = new Map<string, { resource: Resource; informer: Informer<KubernetesObject>; unsubscribe: () => void }>();
  readonly #loop: WorkQueue;
  readonly #discovery: WorkQueue;
  /** What to look at as soon as all kinds are known: until then an owner may only seem to be missing. */
  #waiting: Set<string> | undefined = new Set();
  #unsubscribe: (() => void)[] = [];

  constructor(context: WorkloadContext) {
    this.#context = context;
    this.#absent = new AbsentOwners(context.client);
    this.#loop = createKeyLoop({ ...context, name: 'garbage-collector', sync: (uid, signal) => this.#sync(uid, signal) });
    this.#discovery = createKeyLoop({ ...context, name: 'garbage-collector', sync: (_, signal) => this.#discover(signal) });
  }

  start(): void {
    this.#unsubscribe = [this.#context.informers.of(resources.customResourceDefinitions).onChange(() => this.#discovery.add(DISCOVERY))];
    this.#discovery.add(DISCOVERY);
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    for (const { unsubscribe } of this.#watched.values()) unsubscribe();
    await Promise.all([this.#discovery.stop(), this.#loop.stop()]);
  }

  async #discover(signal: AbortSignal): Promise<number> {
    const found = await discoverResources(this.#context.client, signal);
    const keys = new Set(found.map(({ group, kind }) => kindKey(group, kind)));
    for (const [key, { resource, unsubscribe }] of this.#watched) {
      if (keys.has(key)) continue;
      unsubscribe();
      this.#watched.delete(key);
      await this.#context.informers.drop(resource);
    }
    const unknown = found.filter(({ group, kind }) => !this.#watched.has(kindKey(group, kind)));
    await Promise.all(unknown.map((resource) => this.#watch(kindKey(resource.group, resource.kind), resource, signal)));
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#addAll([...waiting]);
    return REDISCOVER_MS;
  }

  async #watch(key: string, resource: Resource, signal: AbortSignal): Promise<void> {
    const informer: Informer<KubernetesObject> = this.#context.informers.of<KubernetesObject>(resource);
    const put = (object: KubernetesObject): void => this.#addAll(this.#graph.put(graphNode(resource, object)));
    const unsubscribe = informer.onChange((change) => {
      if (change.type === 'changed' && change.before.metadata.uid !== change.object.metadata.uid) this.#remove(change.before);
      if (change.type === 'deleted') this.#remove(change.object);
      else put(change.object);
    });
    this.#watched.set(key, { resource, informer, unsubscribe });
    await informer.untilSynced(signal);
    for (const object of informer.list()) put(object);
  }

  #remove({ metadata: { uid = '' } }: KubernetesObject): void {
    this.#absent.add(uid);
    this.#addAll(this.#graph.remove(uid));
  }

  #addAll(uids: readonly string[]): void {
    for (const uid of uids) {
      if (this.#waiting) this.#waiting.add(uid);
      else this.#loop.add(uid);
    }
  }

  async #sync(uid: string, signal: AbortSignal): Promise<number | undefined> {
    const node = this.#graph.get(uid);
    if (!node || (!node.leaving && node.owners.length === 0)) return undefined;
    const states = new Map<string, OwnerState>();
    for (const owner of node.owners) states.set(owner.uid, await this.#stateOf(owner, node, signal));
    const dependents = this.#graph.dependentsOf(uid);
    const decision = decideGarbage({ node, dependents, ownerState: (owner) => states.get(owner.uid) ?? 'present' });
    try {
      await this.#act(node, dependents, decision, signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return undefined;
  }

  /** What no cache knows is asked of the server: a cache may lag, and nothing is deleted on a guess. */
  async #stateOf(owner: OwnerReference, node: GraphNode, signal: AbortSignal): Promise<OwnerState> {
    const known = this.#graph.get(owner.uid);
    if (known) return waitsForDependents(known) ? 'leaving' : 'present';
    const resource = this.#watched.get(kindKey(groupOf(owner.apiVersion), owner.kind))?.resource;
    if (!resource) this.#discovery.add(DISCOVERY);
    return (await this.#absent.isAbsent(owner, resource, node.namespace, signal)) ? 'absent' : 'present';
  }

  async #act(node: GraphNode, dependents: readonly GraphNode[], decision: GarbageDecision, signal: AbortSignal): Promise<void> {
    switch (decision.kind) {
      case 'nothing':
        return;
      case 'look-at':
        return this.#addAll(decision.uids);
      case 'drop-owners':
        return this.#patch(node, { ownerReferences: node.owners.filter(({ uid }) => !decision.uids.includes(uid)) }, signal);
      case 'remove-finalizer':
        return this.#patch(node, { finalizers: node.finalizers.filter((each) => each !== decision.finalizer) }, signal);
      case 'orphan':
        for (const dependent of dependents) await this.#patch(dependent, { ownerReferences: dependent.owners.filter(({ uid }) => uid !== node.uid) }, signal);
        return this.#patch(node, { finalizers: node.finalizers.filter((each) => each !== ORPHAN) }, signal);
      case 'delete':
        if (decision.unblock) {
          await this.#patch(node, { ownerReferences: node.owners.map((owner) => ({ ...owner, blockOwnerDeletion: false })) }, signal);
        }
        return this.#context.client.delete(node.resource, objectName(node), {
          propagationPolicy: decision.policy,
          preconditions: { uid: node.uid, ...(node.resourceVersion !== undefined && !decision.unblock && { resourceVersion: node.resourceVersion }) },
          signal,
        });
    }
  }

  async #patch(node: GraphNode, metadata: object, signal: AbortSignal): Promise<void> {
    const body = { metadata: { uid: node.uid, resourceVersion: node.resourceVersion, ...metadata } };
    const patched = await this.#context.client.patch(node.resource, objectName(node), { kind: 'merge', body }, { signal });
    this.#watched.get(kindKey(node.resource.group, node.resource.kind))?.informer.remember(patched);
  }
}

/** Without the version: an owner may be named by another one than we watch. */
function kindKey(group: string, kind: string): string {
  return `${kind}.${group}`;
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

function objectName({ name, namespace }: GraphNode): { name: string; namespace?: string } {
  return namespace === undefined ? { name } : { name, namespace };
}
