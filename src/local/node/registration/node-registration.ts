import type { ClusterClient } from '../../../cluster/client.js';
import { isConflict, isNotFound } from '../../../cluster/api-error.js';
import { microTimestamp, timestamp } from '../../../kubernetes/conditions.js';
import type { Lease } from '../../../kubernetes/generated/coordination-v1.js';
import type { Namespace, Node } from '../../../kubernetes/generated/core-v1.js';
import { ownerReference } from '../../../kubernetes/owners.js';
import { resources } from '../../../kubernetes/resources.js';
import type { Clock } from '../../../ports/clock.js';
import { nodeObject, nodeStatus, type NodeIdentity } from './node-object.js';

const LEASE_NAMESPACE = 'kube-node-lease';
const LEASE_SECONDS = 40;
const RENEW_MILLISECONDS = 10_000;
const STATUS_MILLISECONDS = 300_000;
const FIRST_RETRY_MILLISECONDS = 200;
const LAST_RETRY_MILLISECONDS = 5_000;

/** Keeps the Node and its heart beat in the API, from the start until `stop`. */
export class NodeRegistration {
  readonly #client: ClusterClient;
  readonly #clock: Clock;
  readonly #identity: NodeIdentity;
  readonly #abort = new AbortController();
  #beating: Promise<void> = Promise.resolve();

  constructor(client: ClusterClient, clock: Clock, identity: NodeIdentity) {
    this.#client = client;
    this.#clock = clock;
    this.#identity = identity;
  }

  /** Resolves when the Node is registered and ready; tries until it is or the signal ends it. */
  async start(signal: AbortSignal): Promise<void> {
    let delay = FIRST_RETRY_MILLISECONDS;
    for (;;) {
      try {
        await this.#beat(undefined, signal);
        break;
      } catch (error) {
        signal.throwIfAborted();
        await this.#clock.sleep(delay, signal);
        delay = Math.min(delay * 2, LAST_RETRY_MILLISECONDS);
        if (delay === LAST_RETRY_MILLISECONDS) console.error(`registering: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    this.#beating = this.#keepBeating();
  }

  /** Ends the heart beat and says that the node is not ready any more. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#beating;
    await this.#writeStatus('the node was stopped', undefined).catch(() => undefined);
  }

  async #keepBeating(): Promise<void> {
    const { signal } = this.#abort;
    let statusAt = this.#clock.monotonic();
    while (!signal.aborted) {
      await this.#clock.sleep(RENEW_MILLISECONDS, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.#renewLease(signal);
        if (this.#clock.monotonic() - statusAt < STATUS_MILLISECONDS) continue;
        await this.#beat(undefined, signal);
        statusAt = this.#clock.monotonic();
      } catch (error) {
        if (!signal.aborted) console.error(`heart beat: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  async #beat(problem: string | undefined, signal: AbortSignal): Promise<void> {
    const node = await this.#writeStatus(problem, signal);
    await this.#renewLease(signal, node);
  }

  async #writeStatus(problem: string | undefined, signal: AbortSignal | undefined): Promise<Node> {
    const options = signal === undefined ? {} : { signal };
    const { name } = this.#identity;
    const node = (await this.#client.find(resources.nodes, { name }, options)) ?? (await this.#client.create(resources.nodes, nodeObject(this.#identity), options));
    const body = { status: nodeStatus(this.#identity, problem, timestamp(this.#clock.now()), node.status) };
    return this.#client.patch<Node>(resources.nodes, { name }, { kind: 'strategic', body }, { subresource: 'status', ...options });
  }

  async #renewLease(signal: AbortSignal, node?: Node): Promise<void> {
    const { name } = this.#identity;
    const now = microTimestamp(this.#clock.now());
    const lease = await this.#client.find(resources.leases, { name, namespace: LEASE_NAMESPACE }, { signal });
    if (lease !== undefined) {
      await this.#client.patch<Lease>(resources.leases, { name, namespace: LEASE_NAMESPACE }, { kind: 'merge', body: { spec: { renewTime: now } } }, { signal });
      return;
    }
    const created: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: LEASE_NAMESPACE, ...(node === undefined ? {} : { ownerReferences: [ownerReference(node)] }) },
      spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime: now },
    };
    try {
      await this.#client.create(resources.leases, created, { signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      await this.#makeLeaseNamespace(signal);
      await this.#client.create(resources.leases, created, { signal });
    }
  }

  async #makeLeaseNamespace(signal: AbortSignal): Promise<void> {
    const namespace: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: LEASE_NAMESPACE }, spec: {} };
    await this.#client.create(resources.namespaces, namespace, { signal }).catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
  }
}
