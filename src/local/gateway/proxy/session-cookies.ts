import type { HashKey } from '../configuration/destination-rules.js';
import type { RoutedRequest } from '../configuration/request.js';
import { hashedValue } from './balancers.js';

/** The cookie to set where balancing goes by a cookie with a lifetime and the client sent none. @param make a fresh value */
export function hashCookie(key: HashKey, request: RoutedRequest, make: () => string): string | undefined {
  if (key.kind !== 'cookie' || key.ttl === undefined || hashedValue(key, request) !== undefined) return undefined;
  const age = key.ttl > 0 ? `; Max-Age=${Math.round(key.ttl / 1000)}` : '';
  const path = key.path === '' ? '' : `; Path=${key.path}`;
  return `${key.name}="${make()}"${age}${path}; HttpOnly`;
}
