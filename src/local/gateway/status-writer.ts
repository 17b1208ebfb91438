import type { ClusterClient } from '../../cluster/client.js';
import { attempt, LatestWork } from '../../cluster/latest-work.js';
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

/**
 * Says on every routing object which generation of it requests follow now, and whether it is refused. It is told what is in
 * force only after it is.
 */
export class StatusWriter {
  readonly #client: ClusterClient;
  readonly #clock: Clock;
  readonly #refusals: Refusals;
  readonly #onProblem: (problem: Error) => void;
  readonly #work: LatestWork<readonly Routing[]>;

  constructor(client: ClusterClient, clock: Clock, refusals: Refusals, onProblem: (problem: Error) => void) {
    this.#client = client;
    this.#clock = clock;
    this.#refusals = refusals;
    this.#onProblem = onProblem;
    this.#work = new LatestWork(clock, (objects, signal) => this.#writeAll(objects, signal));
  }

  /** @param objects all that are in force, exactly as compiled */
  report(objects: readonly Routing[]): void {
    this.#work.ask(objects);
  }

  /** Resolves when the last write has ended. */
  stop(): Promise<void> {
    return this.#work.stop();
  }

  async #writeAll(objects: readonly Routing[], signal: AbortSignal): Promise<boolean> {
    let complete = true;
    for (const object of objects) if (!signal.aborted) complete = (await this.#write(object, signal)) && complete;
    return complete;
  }

  async #write(object: Routing, signal: AbortSignal): Promise<boolean> {
    const resource = RESOURCES[object.kind];
    const status = wantedStatus(object, this.#refusals.of(object), this.#clock.now());
    if (resource === undefined || status === undefined) return true;
    const { name = '', namespace = 'default', resourceVersion } = object.metadata;
    const body = { metadata: { resourceVersion }, status };
    return attempt(() => this.#client.patch(resource, { name, namespace }, { kind: 'merge', body }, { subresource: 'status', signal }), signal, this.#onProblem);
  }
}

/** The status that an object should have; undefined when it has it. Other conditions are kept. */
function wantedStatus(object: Routing, problem: string | undefined, now: number): { observedGeneration: string; conditions: Condition[] } | undefined {
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
