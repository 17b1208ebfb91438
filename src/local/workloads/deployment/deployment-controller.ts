import type { Informer } from '../../../cluster/informer.js';
import type { WorkQueue } from '../../../cluster/work-queue.js';
import type { Deployment, ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { controllerOf } from '../../../kubernetes/owners.js';
import { resources } from '../../../kubernetes/resources.js';
import { labelMatcher, matchesLabelSelector } from '../../../kubernetes/selectors.js';
import { claim } from '../ownership/claim.js';
import { settleClaim } from '../ownership/settle-claim.js';
import type { Controller, WorkloadContext } from '../loop/context.js';
import { createKeyLoop } from '../loop/key-loop.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import { decideDeployment } from './decide.js';
import { DeploymentWriter } from './deployment-writer.js';

/** Not at once: should two controllers ever disagree about an object, others still get their turn. */
const SOON_MS = 1;

/** Keeps Deployments' ReplicaSets, in the way of Kubernetes 1.36. */
export class DeploymentController implements Controller {
  readonly #context: WorkloadContext;
  readonly #deployments: Informer<Deployment>;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #pods: Informer<Pod>;
  readonly #writer: DeploymentWriter;
  readonly #loop: WorkQueue;
  #unsubscribe: (() => void)[] = [];

  constructor(context: WorkloadContext) {
    this.#context = context;
    this.#deployments = context.informers.of(resources.deployments);
    this.#replicaSets = context.informers.of(resources.replicaSets);
    this.#pods = context.informers.of(resources.pods);
    this.#writer = new DeploymentWriter(context, this.#deployments, this.#replicaSets);
    this.#loop = createKeyLoop({ ...context, name: 'deployment', sync: (key, signal) => this.#sync(key, signal) });
  }

  start(): void {
    this.#unsubscribe = [
      this.#deployments.onChange(({ object }) => this.#loop.add(keyOf(object))),
      this.#replicaSets.onChange((change) => {
        if (change.type === 'changed') this.#addOwner(change.before);
        this.#addOwner(change.object);
        if (!controllerOf(change.object) && change.type !== 'deleted') this.#addSelecting(change.object);
      }),
      this.#pods.onChange(({ type, object }) => {
        if (type === 'deleted') this.#addRecreating(object);
      }),
    ];
    for (const deployment of this.#deployments.list()) this.#loop.add(keyOf(deployment));
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#loop.stop();
  }

  #addOwner(replicaSet: ReplicaSet): void {
    const owner = this.#ownerOf(replicaSet);
    if (owner) this.#loop.add(keyOf(owner));
  }

  #ownerOf(replicaSet: ReplicaSet): Deployment | undefined {
    const reference = controllerOf(replicaSet);
    if (reference?.kind !== 'Deployment') return undefined;
    const owner = this.#deployments.get({ ...inNamespace(replicaSet), name: reference.name });
    return owner?.metadata.uid === reference.uid ? owner : undefined;
  }

  /** An ownerless ReplicaSet: whoever selects it may adopt it. */
  #addSelecting(replicaSet: ReplicaSet): void {
    for (const deployment of this.#deployments.list(inNamespace(replicaSet))) {
      if (matchesLabelSelector(deployment.spec.selector, replicaSet.metadata.labels)) this.#loop.add(keyOf(deployment));
    }
  }

  /** Strategy Recreate waits for the last old Pod to be gone. */
  #addRecreating(pod: Pod): void {
    const reference = controllerOf(pod);
    if (reference?.kind !== 'ReplicaSet') return;
    const replicaSet = this.#replicaSets.get({ ...inNamespace(pod), name: reference.name });
    const owner = replicaSet && this.#ownerOf(replicaSet);
    if (owner?.spec.strategy?.type === 'Recreate') this.#loop.add(keyOf(owner));
  }

  async #sync(key: string, signal: AbortSignal): Promise<number | undefined> {
    const deployment = this.#deployments.get(nameOf(key));
    if (!deployment) return undefined;
    const selector = labelMatcher(deployment.spec.selector);
    const claimed = claim(deployment, (labels) => selector.matches(labels), this.#replicaSets.list(inNamespace(deployment)));
    if (await settleClaim(this.#context.client, { resource: resources.deployments, object: deployment }, { claim: claimed, informer: this.#replicaSets }, signal)) {
      return SOON_MS;
    }
    const podsByOwner = this.#podsOf(deployment, claimed.owned);
    const decision = decideDeployment({ deployment, replicaSets: claimed.owned, podsByOwner, now: this.#context.clock.now() });
    return (await this.#writer.write(deployment, decision.writes, signal)) === 'look-again' ? SOON_MS : decision.lookAgainAfter;
  }

  #podsOf(deployment: Deployment, replicaSets: readonly ReplicaSet[]): Map<string, Pod[]> {
    const byOwner = new Map<string, Pod[]>(replicaSets.map(({ metadata }) => [metadata.uid ?? '', []]));
    if (deployment.spec.strategy?.type !== 'Recreate') return byOwner;
    for (const pod of this.#pods.list(inNamespace(deployment))) byOwner.get(controllerOf(pod)?.uid ?? '')?.push(pod);
    return byOwner;
  }
}

function inNamespace({ metadata: { namespace } }: Pick<Deployment, 'metadata'>): { namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}
