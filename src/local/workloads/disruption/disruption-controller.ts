import { isConflict } from '../../../cluster/api-error.js';
import type { Change, Informer } from '../../../cluster/informer.js';
import type { WorkQueue } from '../../../cluster/work-queue.js';
import type { Deployment, ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import type { OwnerReference } from '../../../kubernetes/generated/meta-v1.js';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../../kubernetes/generated/policy-v1.js';
import { deepEqual } from '../../../kubernetes/json.js';
import { controllerOf } from '../../../kubernetes/owners.js';
import { resources } from '../../../kubernetes/resources.js';
import { matchesLabelSelector } from '../../../kubernetes/selectors.js';
import type { Controller, WorkloadContext } from '../loop/context.js';
import { createKeyLoop } from '../loop/key-loop.js';
import { KindFinder } from '../loop/kind-finder.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import { ScaleClient } from '../loop/scale-subresource.js';
import { decideBudget, failedStatus, needsExpected } from './decide.js';

const COMPONENT = 'controllermanager';

interface Expectation {
  readonly uid: string;
  readonly replicas: number;
}

/** Says in the status of each PodDisruptionBudget how many of its Pods may be evicted now. */
export class DisruptionController implements Controller {
  readonly #context: WorkloadContext;
  readonly #budgets: Informer<PodDisruptionBudget>;
  readonly #pods: Informer<Pod>;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #deployments: Informer<Deployment>;
  readonly #scales: ScaleClient;
  readonly #loop: WorkQueue;
  #unsubscribe: (() => void)[] = [];

  constructor(context: WorkloadContext) {
    this.#context = context;
    this.#budgets = context.informers.of(resources.podDisruptionBudgets);
    this.#pods = context.informers.of(resources.pods);
    this.#replicaSets = context.informers.of(resources.replicaSets);
    this.#deployments = context.informers.of(resources.deployments);
    this.#scales = new ScaleClient(context.client, new KindFinder(context.client));
    this.#loop = createKeyLoop({ ...context, name: 'disruption', sync: (key, signal) => this.#sync(key, signal) });
  }

  start(): void {
    this.#unsubscribe = [
      this.#budgets.onChange(({ object }) => this.#loop.add(keyOf(object))),
      this.#pods.onChange((change) => this.#onPod(change)),
      this.#deployments.onChange((change) => this.#onScale(change, change.object.spec.selector)),
      this.#replicaSets.onChange((change) => this.#onScale(change, change.object.spec.selector)),
    ];
    for (const budget of this.#budgets.list()) this.#loop.add(keyOf(budget));
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#loop.stop();
  }

  #onPod(change: Change<Pod>): void {
    const states = change.type === 'changed' ? [change.before, change.object] : [change.object];
    const { namespace = '' } = change.object.metadata;
    for (const budget of this.#budgets.list({ namespace })) {
      if (states.some(({ metadata }) => matchesLabelSelector(budget.spec.selector, metadata.labels))) this.#loop.add(keyOf(budget));
    }
  }

  /** Another size changes what is expected before any Pod changes. */
  #onScale(change: Change<Deployment> | Change<ReplicaSet>, selector: Deployment['spec']['selector']): void {
    if (change.type === 'changed' && change.before.spec.replicas === change.object.spec.replicas) return;
    const { namespace = '' } = change.object.metadata;
    const budgets = this.#budgets.list({ namespace }).filter(needsExpected);
    if (budgets.length === 0) return;
    const pods = this.#pods.list({ namespace }).filter(({ metadata }) => matchesLabelSelector(selector, metadata.labels));
    for (const budget of budgets) if (pods.some(({ metadata }) => matchesLabelSelector(budget.spec.selector, metadata.labels))) this.#loop.add(keyOf(budget));
  }

  async #sync(key: string, signal: AbortSignal): Promise<number | undefined> {
    const budget = this.#budgets.get(nameOf(key));
    if (budget === undefined) return undefined;
    const now = this.#context.clock.now();
    const { namespace = '' } = budget.metadata;
    try {
      const pods = this.#pods.list({ namespace }).filter(({ metadata }) => matchesLabelSelector(budget.spec.selector, metadata.labels));
      if (pods.length === 0) this.#tell(budget, 'Normal', 'NoPods', 'No matching pods found');
      const expected = needsExpected(budget) ? await this.#expected(budget, pods, signal) : undefined;
      const { status, againAfter } = decideBudget({ budget, pods, expected, now });
      await this.#write(budget, status, signal);
      return againAfter;
    } catch (error) {
      if (isConflict(error) || signal.aborted) throw error;
      const message = error instanceof Error ? error.message : String(error);
      this.#tell(budget, 'Warning', 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${message}`);
      await this.#write(budget, failedStatus(budget, message, now), signal);
      return undefined;
    }
  }

  /** The sizes that the controllers of the Pods are to have, each counted once. */
  async #expected(budget: PodDisruptionBudget, pods: readonly Pod[], signal: AbortSignal): Promise<number> {
    const known = new Set<string>();
    const sizes = new Map<string, number>();
    const unmanaged: string[] = [];
    for (const pod of pods) {
      const owner = controllerOf(pod);
      if (owner === undefined) unmanaged.push(pod.metadata.name);
      if (owner === undefined || known.has(owner.uid)) continue;
      known.add(owner.uid);
      const found = await this.#sizeOf(owner, budget.metadata.namespace ?? '', signal);
      if (found === undefined) throw new Error(`found no controllers for pod ${JSON.stringify(pod.metadata.name)}`);
      sizes.set(found.uid, found.replicas);
    }
    if (unmanaged.length > 0) {
      const message = `Pods selected by this PodDisruptionBudget were found to be unmanaged: ${unmanaged.join(', ')}. As a result, the status of the PDB cannot be calculated correctly; to account for them set ".spec.minAvailable" to an integer.`;
      this.#tell(budget, 'Warning', 'UnmanagedPods', message);
    }
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  /** A ReplicaSet of a Deployment stands for the Deployment; a ReplicaSet that something else controls for itself. */
  async #sizeOf(owner: OwnerReference, namespace: string, signal: AbortSignal): Promise<Expectation | undefined> {
    if (owner.kind !== 'ReplicaSet') {
      const scale = await this.#scales.read(owner, { name: owner.name, namespace }, signal);
      return scale === undefined || scale.uid !== owner.uid ? undefined : { uid: scale.uid, replicas: scale.wanted };
    }
    const replicaSet = this.#replicaSets.get({ name: owner.name, namespace });
    if (replicaSet?.metadata.uid !== owner.uid) return undefined;
    const parent = controllerOf(replicaSet);
    if (parent?.kind !== 'Deployment') return { uid: owner.uid, replicas: replicaSet.spec.replicas ?? 1 };
    const deployment = this.#deployments.get({ name: parent.name, namespace });
    return deployment?.metadata.uid === parent.uid ? { uid: parent.uid, replicas: deployment.spec.replicas ?? 1 } : undefined;
  }

  async #write(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus, signal: AbortSignal): Promise<void> {
    if (deepEqual(budget.status, status)) return;
    const written = await this.#context.client.replace(resources.podDisruptionBudgets, { ...budget, status }, { subresource: 'status', signal });
    this.#budgets.remember(written);
  }

  #tell(budget: PodDisruptionBudget, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.events.record(COMPONENT, budget, { type, reason, message });
  }
}
