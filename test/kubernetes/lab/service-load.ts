import { createInformer } from '../../../src/cluster/create-informer.js';
import type { ClusterClient } from '../../../src/cluster/client.js';
import type { RunningInformer } from '../../../src/cluster/informer.js';
import type { EndpointSlice } from '../../../src/kubernetes/generated/discovery-v1.js';
import { resources } from '../../../src/kubernetes/resources.js';
import { systemClock } from '../../../src/ports/clock.js';
import { seededRandom } from '../../../src/ports/random.js';

/** Requests a second. */
const RATE = 20;
const PATIENCE_MILLISECONDS = 5000;

/** What became of all requests. */
export interface ServiceLoadReport {
  readonly requests: number;
  /** No answer, or 500 and above, from a Pod that the Service still leads to afterwards. */
  readonly failures: readonly string[];
  /** By the header `x-version`. */
  readonly versions: Readonly<Record<string, number>>;
}

/** Clients of the Service `shop` of a namespace: each request goes to one of the Pods that its EndpointSlices name ready, as a proxy on a node would send it. */
export class ServiceLoad {
  readonly #slices: RunningInformer<EndpointSlice>;
  readonly #stopping = new AbortController();
  readonly #random = seededRandom(7);
  readonly #pending = new Set<Promise<void>>();
  readonly #failures: string[] = [];
  readonly #versions: Record<string, number> = {};
  #requests = 0;
  #running: Promise<void> = Promise.resolve();

  private constructor(client: ClusterClient, namespace: string) {
    this.#slices = createInformer(client, resources.endpointSlices, { namespace, labelSelector: 'kubernetes.io/service-name=shop', clock: systemClock, random: this.#random });
  }

  static async start(client: ClusterClient, namespace: string): Promise<ServiceLoad> {
    const load = new ServiceLoad(client, namespace);
    await load.#slices.untilSynced();
    load.#running = load.#run();
    return load;
  }

  /** Requests so far. */
  get sent(): number {
    return this.#requests;
  }

  /** The versions that have answered so far. */
  get met(): ReadonlySet<string> {
    return new Set(Object.keys(this.#versions));
  }

  /** Ends it and says what became of all requests. */
  async stop(): Promise<ServiceLoadReport> {
    this.#stopping.abort(new Error('enough'));
    await this.#running;
    await Promise.all(this.#pending);
    await this.#slices.stop();
    return { requests: this.#requests, failures: this.#failures, versions: this.#versions };
  }

  #ready(): string[] {
    return this.#slices.list().flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready === true).flatMap(({ addresses }) => addresses));
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const request = this.#send();
      this.#pending.add(request);
      void request.finally(() => this.#pending.delete(request));
      await systemClock.sleep(1000 / RATE, this.#stopping.signal).catch(() => undefined);
    }
  }

  async #send(): Promise<void> {
    const addresses = this.#ready();
    const address = addresses[Math.floor(this.#random() * addresses.length)];
    this.#requests++;
    if (address === undefined) return void this.#failures.push('the Service leads nowhere');
    const problem = await this.#ask(address);
    if (problem === undefined) return;
    // The news that a Pod is on its way out takes a moment; what it does not explain is a failure.
    await systemClock.sleep(1000);
    if (this.#ready().includes(address)) this.#failures.push(`${address}: ${problem}`);
  }

  async #ask(address: string): Promise<string | undefined> {
    try {
      const answer = await fetch(`http://${address}:8080/order`, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) });
      await answer.arrayBuffer();
      const version = answer.headers.get('x-version') ?? 'none';
      this.#versions[version] = (this.#versions[version] ?? 0) + 1;
      return answer.status < 500 ? undefined : `answered ${answer.status}`;
    } catch (error) {
      return error instanceof Error ? `${error.message}: ${String(error.cause)}` : String(error);
    }
  }
}
