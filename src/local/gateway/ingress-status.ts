import { createHash } from 'node:crypto';
import { isConflict, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { timestamp } from '../../kubernetes/conditions.js';
import type { Event } from '../../kubernetes/generated/core-v1.js';
import type { Ingress } from '../../kubernetes/generated/networking-v1.js';
import { deepEqual } from '../../kubernetes/json.js';
import { resources } from '../../kubernetes/resources.js';
import type { Clock } from '../../ports/clock.js';
import { ingressClasses, nginxClass } from './configuration/ingress-nginx/ingress-class.js';
import type { IngressNginxRoutes } from './configuration/ingress-nginx/ingress-nginx.js';

/** Milliseconds until a write that failed is tried again. */
const RETRY_AFTER = 500;

type Report = Pick<IngressNginxRoutes, 'served' | 'refused' | 'problems'>;

/** Makes the IngressClass, says in the status of Ingresses where they can be reached, and by Events what of them is not served. */
export class IngressStatusWriter {
  readonly #client: ClusterClient;
  readonly #clock: Clock;
  readonly #address: string;
  readonly #onProblem: (problem: Error) => void;
  readonly #stopping = new AbortController();
  /** Names of the Events that were written. */
  #told = new Set<string>();
  #wanted: Report | undefined;
  #hasClass: boolean | undefined;
  #classMade = false;
  #running: Promise<void> | undefined;

  /** @param address of the gateway */
  constructor(client: ClusterClient, clock: Clock, address: string, onProblem: (problem: Error) => void) {
    this.#client = client;
    this.#clock = clock;
    this.#address = address;
    this.#onProblem = onProblem;
  }

  /** @param wanted as it is in force. @param hasClass whether the IngressClass is there; undefined while nobody knows */
  report(wanted: Report, hasClass: boolean | undefined): void {
    this.#wanted = wanted;
    this.#hasClass = hasClass;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#wanted !== undefined && !signal.aborted) {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      let complete = await this.#makeClass();
      for (const ingress of wanted.served) complete = (await this.#writeAddress(ingress)) && complete;
      const events = wanted.problems.map(({ ingress, message }) => this.#eventOf(ingress, message));
      const names = new Set(events.map(({ metadata }) => metadata.name ?? ''));
      for (const event of events) complete = (await this.#tell(event)) && complete;
      // What is no longer wrong is told again when it comes back.
      this.#told = new Set([...this.#told].filter((name) => names.has(name)));
      if (complete || signal.aborted) continue;
      await this.#clock.sleep(RETRY_AFTER, signal).catch(() => undefined);
      this.#wanted ??= wanted;
    }
  }

  /** Once: whoever takes the class away later means it. */
  async #makeClass(): Promise<boolean> {
    if (this.#classMade || this.#hasClass === undefined) return true;
    this.#classMade = this.#hasClass || (await this.#attempt(() => this.#client.create(ingressClasses, nginxClass, { signal: this.#stopping.signal })));
    return this.#classMade;
  }

  async #writeAddress({ metadata, status }: Ingress): Promise<boolean> {
    const wanted = [{ ip: this.#address }];
    if (deepEqual(status?.loadBalancer?.ingress ?? [], wanted)) return true;
    const { name = '', namespace = 'default', resourceVersion } = metadata;
    const body = { metadata: { resourceVersion }, status: { loadBalancer: { ingress: wanted } } };
    const options = { subresource: 'status', signal: this.#stopping.signal } as const;
    return this.#attempt(() => this.#client.patch(resources.ingresses, { name, namespace }, { kind: 'merge', body }, options));
  }

  async #tell(event: Event): Promise<boolean> {
    const name = event.metadata.name ?? '';
    if (this.#told.has(name)) return true;
    const written = await this.#attempt(() => this.#client.create(resources.events, event, { signal: this.#stopping.signal }));
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
      metadata: { name: `${name}.${digest}`, namespace },
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

  /** @returns false when it must be tried again */
  async #attempt(write: () => Promise<unknown>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      // Somebody was here before us, and made an event of that; or the object is gone.
      if (isConflict(error) || isNotFound(error) || this.#stopping.signal.aborted) return true;
      this.#onProblem(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  }
}
