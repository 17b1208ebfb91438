import type { ClusterClient } from '../../cluster/client.js';
import { attempt, LatestWork } from '../../cluster/latest-work.js';
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

/** Makes the GatewayClass, and says on Gateway API's objects what the local gateway makes of them. */
export class GatewayApiStatusWriter {
  readonly #client: ClusterClient;
  readonly #clock: Clock;
  readonly #address: string;
  readonly #onProblem: (problem: Error) => void;
  readonly #work: LatestWork<{ readonly statuses: GatewayApiStatuses; readonly kindKnown: boolean }>;
  #classMade = false;
  /** What was last reported: much changes in a cluster that changes none of it. */
  #routes: GatewayApiRoutes | undefined;
  #told = '';

  /** @param address of the gateway, for the status of Gateways */
  constructor(client: ClusterClient, clock: Clock, address: string, onProblem: (problem: Error) => void) {
    this.#client = client;
    this.#clock = clock;
    this.#address = address;
    this.#onProblem = onProblem;
    this.#work = new LatestWork(clock, ({ statuses, kindKnown }, signal) => this.#writeAll(statuses, kindKnown, signal));
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
    this.#work.ask({ statuses: routes.statuses(portProblem), kindKnown: hasClass !== undefined });
  }

  /** Resolves when the last write has ended. */
  stop(): Promise<void> {
    return this.#work.stop();
  }

  async #writeAll(statuses: GatewayApiStatuses, kindKnown: boolean, signal: AbortSignal): Promise<boolean> {
    let complete = !kindKnown || (await this.#makeClass(signal));
    for (const write of this.#writes(statuses)) if (!signal.aborted) complete = (await this.#write(write, signal)) && complete;
    return complete;
  }

  /** Once in the life of this process: who deletes it afterwards means it. */
  async #makeClass(signal: AbortSignal): Promise<boolean> {
    if (this.#classMade) return true;
    const object = { apiVersion: `${GATEWAY_API_GROUP}/v1`, kind: 'GatewayClass', metadata: { name: GATEWAY_CLASS }, spec: { controllerName: CONTROLLER_NAME } };
    const make = async (): Promise<void> => {
      await this.#client.create(resources.gatewayClasses, object, { signal });
      this.#classMade = true;
    };
    return attempt(make, signal, this.#onProblem);
  }

  #write({ resource, object, status }: StatusWrite, signal: AbortSignal): Promise<boolean> {
    const { name = '', namespace, resourceVersion } = object.metadata;
    const at = namespace === undefined ? { name } : { name, namespace };
    return attempt(() => this.#client.patch(resource, at, { kind: 'merge', body: { metadata: { resourceVersion }, status } }, { subresource: 'status', signal }), signal, this.#onProblem);
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
