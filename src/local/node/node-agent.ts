import type { Change, Informer } from '../../cluster/informer.js';
import type { ConfigMap, Pod, Secret, Service } from '../../kubernetes/generated/core-v1.js';
import type { NodeServices } from './node-services.js';
import { PodWorker } from './pods/pod-worker.js';
import type { NodeRegistration } from './registration/node-registration.js';
import { UsageWriter } from './usage/usage-writer.js';

/** What a node needs; it stops none of the informers. */
export interface NodeAgentOptions {
  readonly name: string;
  /** May hold Pods of other nodes too. */
  readonly pods: Informer<Pod>;
  readonly services: Informer<Service>;
  readonly configMaps: Informer<ConfigMap>;
  readonly secrets: Informer<Secret>;
  readonly shared: NodeServices;
  readonly registration: NodeRegistration;
  /** Milliseconds between two measurements of what Pods use. */
  readonly measureEvery: number;
}

/** Runs the Pods that are bound to one node. */
export class NodeAgent {
  readonly #options: NodeAgentOptions;
  /** By uid; kept until the API object is gone, which finalizers may put off, so that no worker comes back. */
  readonly #workers = new Map<string, PodWorker>();
  readonly #usage: UsageWriter;
  #unsubscribe: (() => void)[] = [];
  #stopping = false;

  constructor(options: NodeAgentOptions) {
    this.#options = options;
    const { client, clock } = options.shared;
    const running = () => [...this.#workers.values()].map((worker) => worker.running).filter(({ leaders }) => leaders.size > 0);
    this.#usage = new UsageWriter({ client, clock, name: options.name, every: options.measureEvery, running });
  }

  /**
   * Ends what an earlier life of this node left running, takes over its Pods, registers the Node. Resolves when the Node
   * is ready.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { pods, services, configMaps, secrets, shared, registration } = this.#options;
    const orphans = await shared.records.endAll(shared.clock);
    if (orphans > 0) console.error(`ended ${orphans} process${orphans === 1 ? '' : 'es'} of an earlier run`);
    await Promise.all([pods.untilSynced(signal), services.untilSynced(signal)]);
    const mine = pods.list().filter((pod) => this.#isMine(pod));
    // Addresses that Pods hold already are taken before a new Pod can be given one of them.
    for (const { metadata, status } of mine) if (status?.podIP !== undefined && isOpen(status.phase)) shared.pool.take(metadata.uid ?? '', status.podIP);
    for (const pod of mine) this.#see(pod);
    this.#unsubscribe = [
      pods.onChange((change) => this.#take(change)),
      configMaps.onChange(({ object }) => this.#configurationChanged('ConfigMap', object)),
      secrets.onChange(({ object }) => this.#configurationChanged('Secret', object)),
    ];
    this.#usage.start();
    await registration.start(signal);
  }

  /** Ends all processes, within the time at most, and leaves the Pods to the next start. @param graceSeconds per Pod */
  async stop(graceSeconds: number): Promise<void> {
    this.#stopping = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#usage.stop();
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop(graceSeconds)));
    await this.#options.registration.stop();
    await this.#options.shared.events.stop();
  }

  #take(change: Change<Pod>): void {
    if (!this.#isMine(change.object)) return;
    // A namesake in its place means that the Pod was deleted while the watch was down.
    if (change.type === 'changed' && change.before.metadata.uid !== change.object.metadata.uid) this.#gone(change.before);
    if (change.type === 'deleted') return this.#gone(change.object);
    this.#see(change.object);
  }

  #configurationChanged(kind: 'ConfigMap' | 'Secret', { metadata }: ConfigMap | Secret): void {
    for (const worker of this.#workers.values()) if (worker.namespace === metadata.namespace) worker.configurationChanged(kind, metadata.name);
  }

  #gone({ metadata }: Pod): void {
    const { uid = '' } = metadata;
    const worker = this.#workers.get(uid);
    if (worker === undefined) return;
    worker.gone();
    void worker.done.then(() => this.#workers.delete(uid));
  }

  #see(pod: Pod): void {
    if (this.#stopping) return;
    const { uid = '' } = pod.metadata;
    const known = this.#workers.get(uid);
    if (known !== undefined) return known.update(pod);
    const worker = new PodWorker(pod, this.#options.shared);
    this.#workers.set(uid, worker);
    worker.start();
  }

  #isMine(pod: Pod): boolean {
    return pod.spec.nodeName === this.#options.name && pod.metadata.annotations?.[MIRROR] === undefined;
  }
}

/** On Pods that somebody else on the machine runs and only shows. */
const MIRROR = 'kubernetes.io/config.mirror';

const isOpen = (phase: string | undefined): boolean => phase !== 'Succeeded' && phase !== 'Failed';
