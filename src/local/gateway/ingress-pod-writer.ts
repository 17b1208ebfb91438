import type { ClusterClient } from '../../cluster/client.js';
import { attempt, LatestWork } from '../../cluster/latest-work.js';
import type { Pod, Service } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import type { Clock } from '../../ports/clock.js';
import { ingressNamespace, ingressPod, ingressPodName, ingressPodStatus, ingressService, type IngressPlace } from './ingress-pod.js';

/** What there is of the Service and of the Pod. */
export interface FoundIngress {
  readonly pod: Pod | undefined;
  readonly service: Service | undefined;
}

/** Keeps the Service `istio-ingressgateway` and the Pod behind it, once some Gateway asks for them: `kubectl port-forward` finds the gateway by them. */
export class IngressPodWriter {
  readonly #client: ClusterClient;
  readonly #place: IngressPlace;
  readonly #since: number;
  readonly #onProblem: (problem: Error) => void;
  readonly #work: LatestWork<FoundIngress>;
  #namespaceMade = false;

  constructor(client: ClusterClient, clock: Clock, place: IngressPlace, onProblem: (problem: Error) => void) {
    this.#client = client;
    this.#place = place;
    this.#since = clock.now();
    this.#onProblem = onProblem;
    this.#work = new LatestWork(clock, (found, signal) => this.#keep(found, signal));
  }

  /** @param found as the cache has it */
  report(found: FoundIngress): void {
    if (!isComplete(found, this.#place)) this.#work.ask(found);
  }

  /** Resolves when the last write has ended. */
  stop(): Promise<void> {
    return this.#work.stop();
  }

  async #keep({ pod, service }: FoundIngress, signal: AbortSignal): Promise<boolean> {
    const write = (work: () => Promise<unknown>): Promise<boolean> => attempt(work, signal, this.#onProblem);
    if (!(await this.#makeNamespace(signal))) return false;
    if (!service && !(await write(() => this.#client.create(resources.services, ingressService, { signal })))) return false;
    const name = ingressPodName(this.#place);
    // No node confirms the end of a Pod that it did not start.
    if (pod?.metadata.deletionTimestamp !== undefined) return write(() => this.#client.delete(resources.pods, name, { gracePeriodSeconds: 0, signal }));
    if (!pod && !(await write(() => this.#client.create(resources.pods, ingressPod(this.#place), { signal })))) return false;
    const body = { status: ingressPodStatus(this.#place, this.#since) };
    return write(() => this.#client.patch(resources.pods, name, { kind: 'merge', body }, { subresource: 'status', signal }));
  }

  async #makeNamespace(signal: AbortSignal): Promise<boolean> {
    // Mostly somebody made it already, which is as good.
    this.#namespaceMade ||= await attempt(() => this.#client.create(resources.namespaces, ingressNamespace, { signal }), signal, this.#onProblem);
    return this.#namespaceMade;
  }
}

function isComplete({ pod, service }: FoundIngress, { address }: IngressPlace): boolean {
  if (!pod || !service || pod.metadata.deletionTimestamp !== undefined) return false;
  return pod.status?.podIP === address && pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}
