import type { ClusterClient } from '../../../../src/cluster/client.js';
import type { Service } from '../../../../src/kubernetes/generated/core-v1.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { systemClock } from '../../../../src/ports/clock.js';

const POLL_MILLISECONDS = 300;

/** Gives Services of type LoadBalancer addresses, as the cloud of a cluster does: here they are those of the ready Pods behind them. */
export class LoadBalancers {
  readonly #client: ClusterClient;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;

  constructor(client: ClusterClient) {
    this.#client = client;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#ending.abort(new Error('enough'));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      // What cannot be read or written now can be the next time.
      await this.#look().catch(() => undefined);
      await systemClock.sleep(POLL_MILLISECONDS, signal).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const { items } = await this.#client.list(resources.services);
    for (const service of items.filter(({ spec }) => spec?.type === 'LoadBalancer')) await this.#lead(service);
  }

  async #lead({ metadata: { namespace = '', name }, status }: Service): Promise<void> {
    const { items } = await this.#client.list(resources.endpointSlices, { namespace, labelSelector: `kubernetes.io/service-name=${name}` });
    const ready = items.flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready === true).flatMap(({ addresses }) => addresses)).sort();
    if (ready.join() === (status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip).join()) return;
    const body = { status: { loadBalancer: { ingress: ready.map((ip) => ({ ip })) } } };
    await this.#client.patch(resources.services, { namespace, name }, { kind: 'merge', body }, { subresource: 'status' });
  }
}
