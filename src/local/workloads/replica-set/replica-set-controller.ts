import { ApiError } from '../../../cluster/api-error.js';
import type { Change, Informer } from '../../../cluster/informer.js';
import type { WorkQueue } from '../../../cluster/work-queue.js';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { deepEqual } from '../../../kubernetes/json.js';
import { controllerOf, isControlledBy } from '../../../kubernetes/owners.js';
import { resources } from '../../../kubernetes/resources.js';
import { labelMatcher, matchesLabelSelector } from '../../../kubernetes/selectors.js';
import type { Controller, WorkloadContext } from '../loop/context.js';
import { createKeyLoop } from '../loop/key-loop.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import { claim } from '../ownership/claim.js';
import { settleClaim } from '../ownership/settle-claim.js';
import { ExpectedDeletions } from '../pods/expected-deletions.js';
import { OwnedPods } from '../pods/owned-pods.js';
import { podFromTemplate } from '../pods/pod-from-template.js';
import { isPodActive, isPodTerminating } from '../pods/pod-state.js';
import { decideReplicaSet } from './decide.js';
import { replicaSetStatus, untilNextAvailable } from './status.js';

const COMPONENT = 'replicaset-controller';
/** Not at once: should two controllers ever disagree about a Pod, others still get their turn. */
const SOON_MS = 1;

/** Keeps as many Pods as each ReplicaSet asks for. */
export class ReplicaSetController implements Controller {
  readonly #context: WorkloadContext;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #pods: Informer<Pod>;
  readonly #deletions = new ExpectedDeletions();
  readonly #owned: OwnedPods;
  readonly #loop: WorkQueue;
  #unsubscribe: (() => void)[] = [];

  constructor(context: WorkloadContext) {
    this.#context = context;
    this.#replicaSets = context.informers.of(resources.replicaSets);
    this.#pods = context.informers.of(resources.pods);
    this.#owned = new OwnedPods({ context, component: COMPONENT, pods: this.#pods, deletions: this.#deletions });
    this.#loop = createKeyLoop({ ...context, name: 'replica-set', sync: (key, signal) => this.#sync(key, signal) });
  }

  start(): void {
    this.#unsubscribe = [
      this.#replicaSets.onChange(({ type, object }) => {
        if (type === 'deleted') this.#deletions.forget(object.metadata.uid ?? '');
        this.#loop.add(keyOf(object));
      }),
      this.#pods.onChange((change) => this.#onPod(change)),
    ];
    for (const replicaSet of this.#replicaSets.list()) this.#loop.add(keyOf(replicaSet));
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#loop.stop();
  }

  #onPod(change: Change<Pod>): void {
    const pod = change.object;
    const reference = controllerOf(pod);
    if (change.type === 'deleted' || pod.metadata.deletionTimestamp !== undefined) this.#deletions.settle(reference?.uid ?? '', pod);
    const before = change.type === 'changed' ? controllerOf(change.before) : undefined;
    for (const each of [before, reference]) {
      if (each?.kind === 'ReplicaSet') this.#loop.add(keyOf({ metadata: { ...pod.metadata, name: each.name } }));
    }
    if (reference || change.type === 'deleted') return;
    for (const replicaSet of this.#replicaSets.list(inNamespace(pod))) {
      if (matchesLabelSelector(replicaSet.spec.selector, pod.metadata.labels)) this.#loop.add(keyOf(replicaSet));
    }
  }

  async #sync(key: string, signal: AbortSignal): Promise<number | undefined> {
    const replicaSet = this.#replicaSets.get(nameOf(key));
    if (!replicaSet) return undefined;
    const { clock, client } = this.#context;
    const uid = replicaSet.metadata.uid ?? '';
    const selector = labelMatcher(replicaSet.spec.selector);
    const pods = this.#pods.list(inNamespace(replicaSet));
    const claimed = claim(replicaSet, (labels) => selector.matches(labels), pods.filter(isPodActive));
    if (await settleClaim(client, { resource: resources.replicaSets, object: replicaSet }, { claim: claimed, informer: this.#pods }, signal)) return SOON_MS;
    const active = claimed.owned;
    const terminating = pods.filter((pod) => isPodTerminating(pod) && isControlledBy(pod, replicaSet) && selector.matches(pod.metadata.labels));
    const now = clock.now();
    const settled = this.#deletions.isSettled(uid, clock.monotonic());
    const decision = decideReplicaSet({ replicaSet, active, related: this.#relatedPods(replicaSet, pods), settled, now });
    const created = await this.#owned.create(replicaSet, decision.create, () => podFromTemplate(replicaSet, replicaSet.spec.template), signal);
    const deleted = await this.#owned.delete(replicaSet, decision.delete, signal);
    const failure = created.failure ?? deleted.failure;
    const status = replicaSetStatus({ replicaSet, active, terminating, now, ...(failure !== undefined && { failure: messageOf(failure) }) });
    await this.#writeStatus(replicaSet, status, signal);
    if (failure !== undefined) throw failure;
    return untilNextAvailable(replicaSet, active, now);
  }

  /** Pods of all ReplicaSets with the same controller: a rolling Deployment spreads them over nodes together. */
  #relatedPods(replicaSet: ReplicaSet, pods: readonly Pod[]): Pod[] {
    const owner = controllerOf(replicaSet);
    if (!owner) return [];
    const siblings = this.#replicaSets.list(inNamespace(replicaSet)).filter((each) => controllerOf(each)?.uid === owner.uid);
    const matchers = siblings.map(({ spec }) => labelMatcher(spec.selector));
    return pods.filter(({ metadata }) => matchers.some((matcher) => matcher.matches(metadata.labels)));
  }

  async #writeStatus(replicaSet: ReplicaSet, status: ReplicaSet['status'], signal: AbortSignal): Promise<void> {
    if (status === undefined || deepEqual(replicaSet.status, status)) return;
    const written = await this.#context.client.replace(resources.replicaSets, { ...replicaSet, status }, { subresource: 'status', signal });
    this.#replicaSets.remember(written);
  }
}

function messageOf(failure: unknown): string {
  if (failure instanceof ApiError) return failure.status.message ?? failure.message;
  return failure instanceof Error ? failure.message : String(failure);
}

function inNamespace({ metadata: { namespace } }: Pick<Pod, 'metadata'>): { namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}
