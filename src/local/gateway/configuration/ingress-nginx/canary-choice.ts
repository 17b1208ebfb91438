import type { WeightedDestination } from '../http-routes.js';
import type { RoutedRequest } from '../request.js';
import { backendKeyOf, readSessionCookie } from '../session-affinity.js';
import type { CanaryPolicy } from './annotations.js';
import type { Upstream } from './upstreams.js';

/** What decides between a main backend and its canary, for every request. @param draw 0 to 1, 1 excluded */
export type CanaryChoice = (request: RoutedRequest, draw: number) => WeightedDestination;

/**
 * A client that a cookie binds to one of the two stays there; else header, then cookie, then weight decide. A canary without
 * endpoints takes nothing.
 */
export function chooseCanary(main: Upstream, mainDestination: WeightedDestination, canary: Upstream, canaryDestination: WeightedDestination): CanaryChoice {
  const takes = compilePolicy(canary.policy);
  return (request, draw) => {
    if (main.endpoints === 0 || isBound(main, request) || canary.endpoints === 0) return mainDestination;
    return isBound(canary, request) || takes(request, draw) ? canaryDestination : mainDestination;
  };
}

function isBound({ name, affinity }: Upstream, request: RoutedRequest): boolean {
  if (!affinity.cookie || affinity.settings === undefined) return false;
  return readSessionCookie(request.header('cookie'), affinity.settings.name).backend === backendKeyOf(name);
}

/** Whether a canary takes a request by its annotations. Without any it takes none. */
export function compilePolicy(policy: CanaryPolicy | undefined): (request: RoutedRequest, draw: number) => boolean {
  if (policy === undefined) return () => false;
  const { header, headerValue, headerPattern, cookie, weight, weightTotal } = policy;
  return (request, draw) => {
    const asked = header === '' ? undefined : request.header(header);
    if (asked !== undefined) {
      if (headerValue !== '') {
        if (asked === headerValue) return true;
      } else if (headerPattern !== undefined) {
        if (headerPattern.test(asked)) return true;
      } else if (asked === 'always') return true;
      else if (asked === 'never') return false;
    }
    const said = cookie === '' ? undefined : nginxCookie(request.header('cookie'), cookie);
    if (said === 'always') return true;
    if (said === 'never') return false;
    return draw * weightTotal < weight;
  };
}

/** A cookie as nginx's variables have it: names in any case. */
function nginxCookie(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim().toLowerCase() === name.toLowerCase()) return part.slice(at + 1).trim();
  }
  return undefined;
}
