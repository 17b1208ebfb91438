import { isConflict, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { timestamp } from '../../kubernetes/conditions.js';
import type { Gateway } from '../../kubernetes/generated/gateway-api-v1.js';
import { deepEqual } from '../../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { Clock } from '../../ports/clock.js';
import type { WantedCondition } from './configuration/gateway-api/conditions.js';
import { SUPPORTED_FEATURES } from './configuration/gateway-api/features.js';
import type { GatewayApiRoutes, GatewayApiStatuses } from './configuration/gateway-api/gateway-api.js';
import { CONTROLLER_NAME, GATEWAY_API_GROUP, GATEWAY_CLASS } from './configuration/gateway-api/objects.js';
import type { WantedGatewayStatus, WantedRouteStatus } from './configuration/gateway-api/statuses.js';

type Condition = NonNullable<NonNullable<Gateway['status']>['conditions']>[number];

/** A status that differs from what the object has. */
interface StatusWrite {
  readonly resource: Resource<KubernetesObject>;
  readonly object: KubernetesObject;
  readonly status: object;
}

/** Milliseconds until a write that failed is tried again. */
const RETRY_AFTER = 500;

/** Makes the GatewayClass, and says on Gateway API's objects what the local gateway makes of them. */
export class GatewayApiStatusWriter {
  readonly #client: ClusterClient;
  readonly #clock: Clock;
  readonly #address: string;
  readonly #onProblem: (problem: Error) => void;
  readonly #stopping = new AbortController();
  #wanted: GatewayApiStatuses | undefined;
  #running: Promise<void> | undefined;
  #classMade = false;
  #kindKnown = false;
  /** What was last reported: much changes in a cluster that changes none of it. */
  #routes: GatewayApiRoutes | undefined;
  #told = '';

  /** @param address of the gateway, for the status of Gateways */
  constructor(client: ClusterClient, clock: Clock, address: string, onProblem: (problem: Error) => void) {
    this.#client = client;
    this.#clock = clock;
    this.#address = address;
    this.#onProblem = onProblem;
  }

  /**
   * @param routes in force. @param portProblem says why a port is not listened at; undefined when it is
   * @param hasClass whether the GatewayClass is there; undefined when the cluster does not know such a kind
   */
  report(routes: GatewayApiRoutes, portProblem: (port: number) => string | undefined, hasClass: boolean | undefined): void {
    const told = [String(hasClass), ...[...routes.ports, ...routes.securePorts].map((port) => portProblem(port) ?? '')].join('|');
    if (routes === this.#routes && told === this.#told) return;
    this.#routes = routes;
    this.#told = told;
    if (hasClass === true) this.#classMade = true;
    this.#kindKnown = hasClass !== undefined;
    this.#wanted = routes.statuses(portProblem);
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
      let complete = !this.#kindKnown || (await this.#attempt(() => this.#makeClass()));
      for (const write of this.#writes(wanted)) if (!signal.aborted) complete = (await this.#attempt(() => this.#write(write))) && complete;
      if (complete) continue;
      await this.#clock.sleep(RETRY_AFTER, signal).catch(() => undefined);
      this.#wanted ??= wanted;
    }
  }

  /** Once in the life of this process: who deletes it afterwards means it. */
  async #makeClass(): Promise<void> {
    if (this.#classMade) return;
    const object = { apiVersion: `${GATEWAY_API_GROUP}/v1`, kind: 'GatewayClass', metadata: { name: GATEWAY_CLASS }, spec: { controllerName: CONTROLLER_NAME } };
    await this.#client.create(resources.gatewayClasses, object, { signal: this.#stopping.signal }).catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
    this.#classMade = true;
  }

  async #write({ resource, object, status }: StatusWrite): Promise<void> {
    const { name = '', namespace, resourceVersion } = object.metadata;
    const at = namespace === undefined ? { name } : { name, namespace };
    await this.#client.patch(resource, at, { kind: 'merge', body: { metadata: { resourceVersion }, status } }, { subresource: 'status', signal: this.#stopping.signal });
  }

  /** @returns false when it must be tried again */
  async #attempt(action: () => Promise<void>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      // Whoever changed or deleted it in between has made an event of that, and it comes here again.
      if (isConflict(error) || isNotFound(error) || this.#stopping.signal.aborted) return true;
      this.#onProblem(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  }

  #writes({ classes, gateways, routes }: GatewayApiStatuses): StatusWrite[] {
    const now = timestamp(this.#clock.now());
    const wanted = [
      ...classes.map(({ object, conditions }): StatusWrite => ({ resource: resources.gatewayClasses, object, status: { conditions: mergeConditions(object, object.status?.conditions, conditions, now), supportedFeatures: SUPPORTED_FEATURES.map((name) => ({ name })) } })),
      ...gateways.map((each): StatusWrite => ({ resource: resources.gatewayApiGateways, object: each.object, status: gatewayStatusOf(each, this.#address, now) })),
      ...routes.map((each): StatusWrite => ({ resource: each.object.kind === 'GRPCRoute' ? resources.grpcRoutes : resources.httpRoutes, object: each.object, status: routeStatusOf(each, now) })),
    ];
    return wanted.filter(({ object, status }) => !deepEqual({ ...(Reflect.get(object, 'status') as object | undefined), ...status }, Reflect.get(object, 'status') ?? {}));
  }
}

/** @param before as the object has them; those of other types are kept */
function mergeConditions(object: KubernetesObject, before: readonly Condition[] | undefined, wanted: readonly WantedCondition[], now: string): Condition[] {
  const observedGeneration = object.metadata.generation ?? 1;
  const fresh = wanted.map((condition): Condition => {
    const old = before?.find(({ type }) => type === condition.type);
    return { ...condition, observedGeneration, lastTransitionTime: old?.status === condition.status ? old.lastTransitionTime : now };
  });
  const others = (before ?? []).filter(({ type }) => !wanted.some((condition) => condition.type === type));
  const order = (before ?? []).map(({ type }) => type);
  const place = ({ type }: Condition): number => (order.includes(type) ? order.indexOf(type) : order.length);
  return [...others, ...fresh].sort((a, b) => place(a) - place(b));
}

function gatewayStatusOf({ object, conditions, listeners }: WantedGatewayStatus, address: string, now: string): object {
  const accepted = conditions.some(({ type, status }) => type === 'Accepted' && status === 'True');
  return {
    addresses: accepted ? [{ type: 'IPAddress', value: address }] : [],
    conditions: mergeConditions(object, object.status?.conditions, conditions, now),
    listeners: listeners.map((listener) => {
      const before = object.status?.listeners?.find(({ name }) => name === listener.name)?.conditions;
      return { ...listener, conditions: mergeConditions(object, before, listener.conditions, now) };
    }),
  };
}

type RouteParent = NonNullable<WantedRouteStatus['object']['status']>['parents'][number];

/** What other controllers say of the route is kept. */
function routeStatusOf({ object, parents }: WantedRouteStatus, now: string): { parents: RouteParent[] } {
  const before = object.status?.parents ?? [];
  const others = before.filter(({ controllerName }) => controllerName !== CONTROLLER_NAME);
  const ours = parents.map(({ parentRef, conditions }): RouteParent => {
    const old = before.find((each) => each.controllerName === CONTROLLER_NAME && deepEqual(each.parentRef, parentRef));
    return { parentRef, controllerName: CONTROLLER_NAME, conditions: mergeConditions(object, old?.conditions, conditions, now) };
  });
  return { parents: [...others, ...ours] };
}
