import type { ClusterClient } from '../../cluster/client.js';
import { isConflict, isNotFound } from '../../cluster/api-error.js';
import type { DestinationRule, Gateway, VirtualService } from '../../kubernetes/generated/istio-v1.js';
import type { Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { Clock } from '../../ports/clock.js';
import type { Refusals } from './configuration/refusals.js';

type Routing = VirtualService | DestinationRule | Gateway;
type Condition = NonNullable<NonNullable<Routing['status']>['conditions']>[number];

const RESOURCES: Readonly<Record<string, Resource<Routing>>> = {
  VirtualService: resources.virtualServices,
  DestinationRule: resources.destinationRules,
  Gateway: resources.gateways,
};
/** Milliseconds until a write that failed is tried again. */
const RETRY_AFTER = 500;

/**
 * Says on every routing object which generation of it requests follow now, and whether it is refused. It is told what is in
 * force only after it is.
 */
export class StatusWriter {
  readonly #client: ClusterClient;
  readonly #clock: Clock;
  readonly #refusals: Refusals;
  readonly #onProblem: (problem: Error) => void;
  readonly #stopping = new AbortController();
  #inForce: readonly Routing[] = [];
  #changed = false;
  #running: Promise<void> | undefined;

  constructor(client: ClusterClient, clock: Clock, refusals: Refusals, onProblem: (problem: Error) => void) {
    this.#client = client;
    this.#clock = clock;
    this.#refusals = refusals;
    this.#onProblem = onProblem;
  }

  /** @param objects all that are in force, exactly as compiled */
  report(objects: readonly Routing[]): void {
    this.#inForce = objects;
    this.#changed = true;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#changed && !this.#stopping.signal.aborted) {
      this.#changed = false;
      let failed = false;
      for (const object of this.#inForce) if (!this.#stopping.signal.aborted) failed = !(await this.#write(object)) || failed;
      if (!failed) continue;
      await this.#clock.sleep(RETRY_AFTER, this.#stopping.signal).catch(() => undefined);
      this.#changed = true;
    }
  }

  /** @returns false when it must be tried again */
  async #write(object: Routing): Promise<boolean> {
    const resource = RESOURCES[object.kind];
    const status = wantedStatus(object, this.#refusals.of(object), this.#clock.now());
    if (resource === undefined || status === undefined) return true;
    const { name = '', namespace = 'default', resourceVersion } = object.metadata;
    const body = { metadata: { resourceVersion }, status };
    try {
      await this.#client.patch(resource, { name, namespace }, { kind: 'merge', body }, { subresource: 'status', signal: this.#stopping.signal });
      return true;
    } catch (error) {
      // Whoever changed or deleted it in between has made an event of that, and it comes here again.
      if (isConflict(error) || isNotFound(error) || this.#stopping.signal.aborted) return true;
      this.#onProblem(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  }
}

/** The status that an object should have; undefined when it has it. Other conditions are kept. */
export function wantedStatus(object: Routing, problem: string | undefined, now: number): { observedGeneration: string; conditions: Condition[] } | undefined {
  // Istio's API has 64-bit numbers, which JSON carries as strings there.
  const observedGeneration = String(object.metadata.generation ?? 1);
  const before = object.status?.conditions?.find(({ type }) => type === 'Reconciled');
  const wanted = problem === undefined ? { status: 'True', reason: 'Applied', message: '' } : { status: 'False', reason: 'Unsupported', message: problem };
  const same = before?.status === wanted.status && before.reason === wanted.reason && (before.message ?? '') === wanted.message;
  if (same && String(object.status?.observedGeneration ?? '') === observedGeneration) return undefined;
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  const lastTransitionTime = before?.status === wanted.status ? (before.lastTransitionTime ?? time) : time;
  const others = (object.status?.conditions ?? []).filter(({ type }) => type !== 'Reconciled');
  return { observedGeneration, conditions: [...others, { type: 'Reconciled', ...wanted, observedGeneration, lastTransitionTime }] };
}
