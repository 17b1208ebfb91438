import { isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import type { WorkQueue } from '../../../cluster/work-queue.js';
import { timestamp } from '../../../kubernetes/conditions.js';
import type { Lease } from '../../../kubernetes/generated/coordination-v1.js';
import type { Node, Pod } from '../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import type { Controller, WorkloadContext } from '../loop/context.js';
import { createKeyLoop } from '../loop/key-loop.js';
import { keyOf, nameOf } from '../loop/object-key.js';
import { decideNodeHealth } from './decide.js';

/** Where nodes renew their Leases. */
const LEASE_NAMESPACE = 'kube-node-lease';
const PERIOD_MS = 5_000;
/** Pods of a node that was deleted go when it does not come back within this time. */
const QUARANTINE_MS = 40_000;

/** Notices nodes that fell silent, and removes the Pods of nodes that are gone. */
export class NodeLifecycleController implements Controller {
  readonly #context: WorkloadContext;
  readonly #nodes: Informer<Node>;
  readonly #leases: Informer<Lease>;
  readonly #pods: Informer<Pod>;
  readonly #lastSign = new Map<string, { sign: string; at: number }>();
  readonly #goneSince = new Map<string, number>();
  readonly #loop: WorkQueue;
  #unsubscribe: (() => void)[] = [];

  constructor(context: WorkloadContext) {
    this.#context = context;
    this.#nodes = context.informers.of(resources.nodes);
    this.#leases = context.informers.of(resources.leases);
    this.#pods = context.informers.of(resources.pods);
    this.#loop = createKeyLoop({ ...context, name: 'node-lifecycle', sync: (name, signal) => this.#sync(name, signal) });
  }

  start(): void {
    this.#unsubscribe = [
      this.#nodes.onChange(({ object }) => this.#loop.add(object.metadata.name)),
      this.#pods.onChange(({ type, object }) => {
        const name = object.spec.nodeName ?? '';
        if (type === 'added' && name !== '' && !this.#nodes.get({ name })) this.#loop.add(name);
      }),
    ];
    for (const { metadata } of this.#nodes.list()) this.#loop.add(metadata.name);
    for (const { spec } of this.#pods.list()) if ((spec.nodeName ?? '') !== '') this.#loop.add(spec.nodeName ?? '');
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    await this.#loop.stop();
  }

  async #sync(name: string, signal: AbortSignal): Promise<number | undefined> {
    const node = this.#nodes.get({ name });
    const pods = this.#pods.list().filter(({ spec }) => spec.nodeName === name);
    if (!node) return this.#withoutNode(name, pods, signal);
    this.#goneSince.delete(name);
    const { clock, client } = this.#context;
    const silentFor = clock.monotonic() - this.#lastSignOf(node);
    const decision = decideNodeHealth({ node, pods, silentFor, now: clock.now() });
    if (decision.ready) {
      const body = { status: { conditions: [decision.ready] } };
      this.#nodes.remember(await client.patch(resources.nodes, { name }, { kind: 'strategic', body }, { subresource: 'status', signal }));
    }
    for (const pod of decision.notReady) {
      const condition = { type: 'Ready', status: 'False', reason: 'NodeNotReady', lastTransitionTime: timestamp(clock.now()) };
      const body = { status: { conditions: [condition] } };
      await client.patch(resources.pods, nameOf(keyOf(pod)), { kind: 'strategic', body }, { subresource: 'status', signal }).catch(ignoreNotFound);
    }
    return PERIOD_MS;
  }

  /** Times on nodes are not compared with ours: what counts is when we saw a sign change. */
  #lastSignOf({ metadata, status }: Node): number {
    const lease = this.#leases.get({ namespace: LEASE_NAMESPACE, name: metadata.name });
    const heartbeat = status?.conditions?.find(({ type }) => type === 'Ready')?.lastHeartbeatTime;
    const sign = `${lease?.spec?.renewTime ?? ''} ${heartbeat ?? ''}`;
    const known = this.#lastSign.get(metadata.name);
    if (known?.sign === sign) return known.at;
    const at = this.#context.clock.monotonic();
    this.#lastSign.set(metadata.name, { sign, at });
    return at;
  }

  async #withoutNode(name: string, pods: readonly Pod[], signal: AbortSignal): Promise<number | undefined> {
    this.#lastSign.delete(name);
    const now = this.#context.clock.monotonic();
    const since = this.#goneSince.get(name) ?? now;
    this.#goneSince.set(name, since);
    if (pods.length > 0 && now - since < QUARANTINE_MS) return QUARANTINE_MS - (now - since);
    this.#goneSince.delete(name);
    for (const pod of pods) {
      await this.#context.client.delete(resources.pods, nameOf(keyOf(pod)), { gracePeriodSeconds: 0, signal }).catch(ignoreNotFound);
    }
    return undefined;
  }
}

function ignoreNotFound(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
