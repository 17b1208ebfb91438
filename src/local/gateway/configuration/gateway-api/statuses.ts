import type { Gateway, GatewayClass } from '../../../../kubernetes/generated/gateway-api-v1.js';
import type { Attachment } from './attachment.js';
import { conditionOf, type Problem, type WantedCondition } from './conditions.js';
import type { Listener } from './listeners.js';
import { GATEWAY_API_GROUP, type ParentRef, type Route } from './objects.js';

/** What the status of a GatewayClass should say. */
export interface WantedClassStatus {
  readonly object: GatewayClass;
  readonly conditions: readonly WantedCondition[];
}

/** What the status of a Gateway should say. */
export interface WantedGatewayStatus {
  readonly object: Gateway;
  readonly conditions: readonly WantedCondition[];
  readonly listeners: readonly {
    readonly name: string;
    readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[];
    readonly attachedRoutes: number;
    readonly conditions: readonly WantedCondition[];
  }[];
}

/** What the status of a route should say of those parents that are the local gateway's. */
export interface WantedRouteStatus {
  readonly object: Route;
  readonly parents: readonly { readonly parentRef: ParentRef; readonly conditions: readonly WantedCondition[] }[];
}

export function classStatus(object: GatewayClass, problem: Problem | undefined): WantedClassStatus {
  return { object, conditions: [conditionOf('Accepted', 'Accepted', problem)] };
}

/** @param portProblem says why a port is not listened at; undefined when it is */
export function gatewayStatus(object: Gateway, problem: Problem | undefined, listeners: readonly Listener[], portProblem: (port: number) => string | undefined): WantedGatewayStatus {
  const judged = listeners.map((listener) => ({ listener, programmed: programmedProblem(listener, problem, portProblem) }));
  const invalid = listeners.filter(({ usable }) => !usable).map(({ spec }) => spec.name);
  const noneUsable = invalid.length === listeners.length;
  const listenersProblem = noneUsable ? { reason: 'ListenersNotValid', message: `no listener can be used: ${invalid.join(', ')}` } : undefined;
  const accepted = conditionOf('Accepted', 'Accepted', problem ?? listenersProblem);
  const notListened = judged.find(({ listener, programmed }) => listener.usable && programmed !== undefined)?.programmed;
  const programmed = problem || noneUsable ? { reason: 'Invalid', message: (problem ?? listenersProblem)?.message ?? '' } : notListened && { reason: 'AddressNotUsable', message: notListened.message };
  return {
    object,
    conditions: [
      invalid.length > 0 && accepted.status === 'True' ? { ...accepted, reason: 'ListenersNotValid', message: `cannot be used: ${invalid.join(', ')}` } : accepted,
      conditionOf('Programmed', 'Programmed', programmed),
    ],
    listeners: judged.map(({ listener, programmed: ownProblem }) => ({
      name: listener.spec.name,
      supportedKinds: listener.kinds.map((kind) => ({ group: GATEWAY_API_GROUP, kind })),
      attachedRoutes: listener.attached.size,
      conditions: listenerConditions(listener, ownProblem),
    })),
  };
}

function programmedProblem(listener: Listener, problem: Problem | undefined, portProblem: (port: number) => string | undefined): Problem | undefined {
  if (problem || !listener.usable) return { reason: 'Invalid', message: problem?.message ?? 'the listener cannot be used' };
  const message = portProblem(listener.spec.port);
  return message === undefined ? undefined : { reason: 'Pending', message };
}

function listenerConditions({ accepted, conflicted, resolvedRefs }: Listener, programmed: Problem | undefined): WantedCondition[] {
  return [
    // A listener in conflict is not accepted either, for the same reason.
    conditionOf('Accepted', 'Accepted', accepted ?? conflicted),
    conflicted ? { type: 'Conflicted', status: 'True', ...conflicted } : { type: 'Conflicted', status: 'False', reason: 'NoConflicts', message: '' },
    conditionOf('ResolvedRefs', 'ResolvedRefs', resolvedRefs),
    conditionOf('Programmed', 'Programmed', programmed),
  ];
}

export function routeStatus(object: Route, attachments: readonly Attachment[], unresolved: Problem | undefined): WantedRouteStatus {
  return {
    object,
    parents: attachments.map(({ parentRef, problem }) => ({
      parentRef,
      conditions: [conditionOf('Accepted', 'Accepted', problem), conditionOf('ResolvedRefs', 'ResolvedRefs', unresolved)],
    })),
  };
}
