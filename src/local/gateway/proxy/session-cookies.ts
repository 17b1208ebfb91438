import type { HashKey } from '../configuration/destination-rules.js';
import type { Endpoint } from '../configuration/endpoints.js';
import type { RoutedRequest } from '../configuration/request.js';
import { endpointKeyOf, renderSessionCookie, type SessionAffinity } from '../configuration/session-affinity.js';
import { boundEndpoint, hashedValue, highestScore } from './balancers.js';

/** The cookie to set where balancing goes by a cookie with a lifetime and the client sent none. @param make a fresh value */
export function hashCookie(key: HashKey, request: RoutedRequest, make: () => string): string | undefined {
  if (key.kind !== 'cookie' || key.ttl === undefined || hashedValue(key, request) !== undefined) return undefined;
  const age = key.ttl > 0 ? `; Max-Age=${Math.round(key.ttl / 1000)}` : '';
  const path = key.path === '' ? '' : `; Path=${key.path}`;
  return `${key.name}="${make()}"${age}${path}; HttpOnly`;
}

/** An endpoint for a request, and the cookie that binds its client to it where that has to be set. */
export interface SessionPick {
  readonly endpoint: Endpoint | undefined;
  readonly cookie: string | undefined;
}

/**
 * Follows the session cookie, and makes one where there is none that can be followed. An endpoint that failed is asked again
 * unless `changeOnFailure` is set. @param failed endpoints that failed this request. @param key makes a fresh value
 */
export function pickForSession(
  session: SessionAffinity,
  endpoints: readonly Endpoint[],
  request: RoutedRequest,
  failed: readonly Endpoint[],
  fresh: { readonly key: () => string; readonly now: number; readonly draw: number },
): SessionPick {
  const bound = boundEndpoint(session, endpoints, request);
  if (bound && !failed.includes(bound)) return { endpoint: bound, cookie: undefined };
  const others = endpoints.filter((endpoint) => !failed.includes(endpoint));
  const candidates = others.length > 0 ? others : endpoints;
  const drawn = session.mode === 'balanced' ? undefined : candidates[Math.floor(fresh.draw * candidates.length)];
  let key = drawn && endpointKeyOf(session.salt, `${drawn.address}:${drawn.port}`);
  let endpoint = drawn;
  // The hash goes over all endpoints: a value is drawn again until it means one that did not fail.
  for (let tries = 0; key === undefined || (endpoint && !candidates.includes(endpoint) && tries < 50); tries++) {
    key = fresh.key();
    endpoint = highestScore(endpoints, key);
  }
  return { endpoint, cookie: session.sets ? renderSessionCookie(session, key, request.scheme === 'https', fresh.now) : undefined };
}
