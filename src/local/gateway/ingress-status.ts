import { createHash } from 'node:crypto';
import type { ClusterClient } from '../../cluster/client.js';
import { attempt, LatestWork } from '../../cluster/latest-work.js';
import { timestamp } from '../../kubernetes/conditions.js';
import type { Event } from '../../kubernetes/generated/core-v1.js';
import type { Ingress } from '../../kubernetes/generated/networking-v1.js';
import { deepEqual } from '../../kubernetes/json.js';
import { resources } from '../../kubernetes/resources.js';
import type { Clock } from '../../ports/clock.js';
import { ingressClasses, nginxClass } from './configuration/ingress-nginx/ingress-class.js';
import type { IngressNginxRoutes } from './configuration/ingress-nginx/ingress-nginx.js';

type Report = Pick<IngressNginxRoutes, 'served' | 'problems'>;

const LONGEST_NAME = 253;

/** Makes the IngressClass, says in the status of Ingresses where they can be reached, and by Events what of them is not served. */
export class IngressStatusWriter {
  readonly #client: ClusterClient;
  readonly #clock: Clock;
  readonly #address: string;
  readonly #onProblem: (problem: Error) => void;
  /** Names of the Events that were written. */
  #told = new Set<string>();
  #classMade = false;
  readonly #work: LatestWork<{ readonly report: Report; readonly hasClass: boolean | undefined }>;

  /** @param address of the gateway */
  constructor(client: ClusterClient, clock: Clock, address: string, onProblem: (problem: Error) => void) {
    this.#client = client;
    this.#clock = clock;
    this.#address = address;
    this.#onProblem = onProblem;
    this.#work = new LatestWork(clock, ({ report, hasClass }, signal) => this.#write(report, hasClass, signal));
  }

  /** @param wanted as it is in force. @param hasClass whether the IngressClass is there; undefined while nobody knows */
  report(wanted: Report, hasClass: boolean | undefined): void {
    this.#work.ask({ report: wanted, hasClass });
  }

  /** Resolves when the last write has ended. */
  stop(): Promise<void> {
    return this.#work.stop();
  }

  async #write({ served, problems }: Report, hasClass: boolean | undefined, signal: AbortSignal): Promise<boolean> {
    let complete = await this.#makeClass(hasClass, signal);
    for (const ingress of served) complete = (await this.#writeAddress(ingress, signal)) && complete;
    const events = problems.map(({ ingress, message }) => this.#eventOf(ingress, message));
    const names = new Set(events.map(({ metadata }) => metadata.name ?? ''));
    for (const event of events) complete = (await this.#tell(event, signal)) && complete;
    // What is no longer wrong is told again when it comes back.
    this.#told = new Set([...this.#told].filter((name) => names.has(name)));
    return complete;
  }

  /** Once: whoever takes the class away later means it. */
  async #makeClass(hasClass: boolean | undefined, signal: AbortSignal): Promise<boolean> {
    if (this.#classMade || hasClass === undefined) return true;
    this.#classMade = hasClass || (await attempt(() => this.#client.create(ingressClasses, nginxClass, { signal }), signal, this.#onProblem));
    return this.#classMade;
  }

  async #writeAddress({ metadata, status }: Ingress, signal: AbortSignal): Promise<boolean> {
    const wanted = [{ ip: this.#address }];
    if (deepEqual(status?.loadBalancer?.ingress ?? [], wanted)) return true;
    const { name = '', namespace = 'default', resourceVersion } = metadata;
    const body = { metadata: { resourceVersion }, status: { loadBalancer: { ingress: wanted } } };
    return attempt(() => this.#client.patch(resources.ingresses, { name, namespace }, { kind: 'merge', body }, { subresource: 'status', signal }), signal, this.#onProblem);
  }

  async #tell(event: Event, signal: AbortSignal): Promise<boolean> {
    const name = event.metadata.name ?? '';
    if (this.#told.has(name)) return true;
    const written = await attempt(() => this.#client.create(resources.events, event, { signal }), signal, this.#onProblem);
    if (written) this.#told.add(name);
    return written;
  }

  /** The name says what it is about, so that a restarted gateway does not tell it twice. */
  #eventOf({ apiVersion, kind, metadata }: Ingress, message: string): Event {
    const { name = '', namespace = 'default', uid, resourceVersion } = metadata;
    const digest = createHash('sha256').update(`${uid ?? ''}\0${metadata.generation ?? 1}\0${message}`).digest('hex').slice(0, 16);
    const now = timestamp(this.#clock.now());
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name.slice(0, LONGEST_NAME - digest.length - 1).replace(/[-.]+$/, '')}.${digest}`, namespace },
      involvedObject: { apiVersion, kind, name, namespace, ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      type: 'Warning',
      reason: 'Rejected',
      message,
      source: { component: 'serin-local-gateway' },
      reportingComponent: 'serin-local-gateway',
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
  }
}
