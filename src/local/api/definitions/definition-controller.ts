import type { CustomResourceDefinition, CustomResourceDefinitionCondition } from '../../../kubernetes/generated/apiextensions-v1.js';
import { cloneJson, deepEqual } from '../../../kubernetes/json.js';
import { resources } from '../../../kubernetes/resources.js';
import type { Clock } from '../../../ports/clock.js';
import { collectionOf, type KindRegistry, type ServedKind } from '../kind-registry.js';
import type { Store, StoreEvent, Transaction } from '../store.js';
import type { WatchHub } from '../verbs/watch-hub.js';
import { timestamp } from '../writes/identity.js';
import { servedVersions } from './custom-kind.js';

/** Where definitions are stored. */
export const DEFINITIONS = collectionOf('apiextensions.k8s.io', resources.customResourceDefinitions.plural);
/** Put on a definition that is deleted; keeps it until its instances are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/**
 * Serves what CustomResourceDefinitions define: the kinds are there as soon as a definition is stored, its conditions
 * shortly after; a definition that is deleted takes its instances along.
 */
export class DefinitionController {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #kinds: KindRegistry;
  readonly #watches: WatchHub;
  readonly #served = new Map<string, readonly ServedKind[]>();
  readonly #unsubscribe: () => void;
  #work: Promise<void> = Promise.resolve();

  constructor(store: Store, clock: Clock, kinds: KindRegistry, watches: WatchHub) {
    this.#store = store;
    this.#clock = clock;
    this.#kinds = kinds;
    this.#watches = watches;
    this.#unsubscribe = store.onEvents((events) => {
      for (const event of events) this.#see(event);
    });
    for (const { object } of store.list(DEFINITIONS)) {
      const definition = object as CustomResourceDefinition;
      this.#serve(definition);
      this.#enqueue(definition.metadata.name);
    }
  }

  /** Waits for what is under way, then stops. */
  async close(): Promise<void> {
    this.#unsubscribe();
    await this.#work;
  }

  #see({ type, stored, before }: StoreEvent): void {
    if (stored.collection === DEFINITIONS) {
      const definition = stored.object as CustomResourceDefinition;
      if (type === 'DELETED') return this.#unserve(definition);
      const earlier = before?.object as CustomResourceDefinition | undefined;
      const sameTerms = earlier && deepEqual(earlier.spec, definition.spec) && earlier.metadata.deletionTimestamp === definition.metadata.deletionTimestamp;
      if (!sameTerms) this.#serve(definition);
      if (earlier && !deepEqual(earlier.spec, definition.spec)) this.#watches.endAll(instancesOf(definition));
      this.#enqueue(definition.metadata.name);
    } else if (type === 'DELETED') {
      for (const { key, object } of this.#store.list(DEFINITIONS)) {
        const definition = object as CustomResourceDefinition;
        if (definition.metadata.deletionTimestamp !== undefined && instancesOf(definition) === stored.collection) this.#enqueue(key);
      }
    }
  }

  #serve(definition: CustomResourceDefinition): void {
    for (const served of this.#served.get(definition.metadata.name) ?? []) this.#kinds.remove(served);
    const { group, names } = definition.spec;
    const taken = this.#kinds.all().some(({ kind }) => kind.resource.group === group && kind.resource.plural === names.plural);
    const versions = taken ? [] : servedVersions(definition);
    for (const served of versions) this.#kinds.add(served);
    this.#served.set(definition.metadata.name, versions);
  }

  #unserve(definition: CustomResourceDefinition): void {
    for (const served of this.#served.get(definition.metadata.name) ?? []) this.#kinds.remove(served);
    this.#served.delete(definition.metadata.name);
    this.#watches.endAll(instancesOf(definition));
  }

  #enqueue(name: string): void {
    this.#work = this.#work.then(() => this.#reconcile(name)).catch(() => undefined);
  }

  async #reconcile(name: string): Promise<void> {
    const found = this.#store.get(DEFINITIONS, name);
    if (found === undefined) return;
    await this.#store.write((transaction) => {
      const stored = transaction.get(DEFINITIONS, name);
      if (stored === undefined) return;
      const definition = cloneJson(stored.object as CustomResourceDefinition);
      if (definition.metadata.deletionTimestamp === undefined) this.#accept(definition);
      else if (!this.#dropInstances(transaction, definition)) return void transaction.delete(DEFINITIONS, name);
      if (!deepEqual(definition, stored.object)) transaction.put(DEFINITIONS, name, definition);
    });
  }

  #accept(definition: CustomResourceDefinition): void {
    const names = definition.spec.names;
    const stored = definition.spec.versions.find(({ storage }) => storage)?.name;
    const before = definition.status?.storedVersions ?? [];
    definition.status = {
      ...definition.status,
      acceptedNames: names,
      storedVersions: stored === undefined || before.includes(stored) ? before : [...before, stored],
    };
    this.#condition(definition, { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' });
    this.#condition(definition, { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' });
  }

  /** @returns whether anything still holds the definition */
  #dropInstances(transaction: Transaction, definition: CustomResourceDefinition): boolean {
    const collection = instancesOf(definition);
    let held = false;
    for (const { key, object } of transaction.list(collection)) {
      const { metadata } = object;
      if ((metadata.finalizers ?? []).length === 0) {
        transaction.delete(collection, key);
        continue;
      }
      held = true;
      if (metadata.deletionTimestamp !== undefined) continue;
      const marked = { ...metadata, deletionTimestamp: timestamp(this.#clock.now()), deletionGracePeriodSeconds: 0 };
      transaction.put(collection, key, { ...object, metadata: marked });
    }
    const [first, ...others] = (definition.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP_FINALIZER);
    if (held) {
      this.#condition(definition, { type: 'Terminating', status: 'True', reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' });
      return true;
    }
    if (first === undefined) return false;
    definition.metadata.finalizers = [first, ...others];
    this.#condition(definition, { type: 'Terminating', status: 'False', reason: 'InstanceDeletionCompleted', message: 'removed all instances' });
    return true;
  }

  #condition(definition: CustomResourceDefinition, condition: CustomResourceDefinitionCondition): void {
    const conditions = definition.status?.conditions ?? [];
    const before = conditions.find(({ type }) => type === condition.type);
    const changed = before === undefined || before.status !== condition.status;
    if (!changed && before.reason === condition.reason && before.message === condition.message) return;
    const lastTransitionTime = changed ? timestamp(this.#clock.now()) : before.lastTransitionTime;
    const next = { ...condition, ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }) };
    definition.status = { ...definition.status, conditions: before ? conditions.map((each) => (each === before ? next : each)) : [...conditions, next] };
  }
}

function instancesOf({ spec }: CustomResourceDefinition): string {
  return collectionOf(spec.group, spec.names.plural);
}
