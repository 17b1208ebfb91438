import { hostMatches } from '../hosts.js';

/** What stands for "any host" in the tables. */
export const ANY_HOST = '*';

/**
 * The hosts that a route takes on a listener, as patterns: the narrower one of each pair that has something in common. Empty
 * when they have nothing in common. A side without hostnames takes all of the other's.
 */
export function commonHosts(listenerHostname: string | undefined, routeHostnames: readonly string[]): string[] {
  const listener = listenerHostname === undefined || listenerHostname === '' ? ANY_HOST : listenerHostname.toLowerCase();
  if (routeHostnames.length === 0) return [listener];
  const common = routeHostnames.flatMap((hostname) => commonHost(listener, hostname.toLowerCase()) ?? []);
  return [...new Set(common)];
}

/** The hosts that two patterns have in common, as a pattern; undefined for none. */
export function commonHost(a: string, b: string): string | undefined {
  if (a === b || b === ANY_HOST) return a;
  if (a === ANY_HOST) return b;
  if (!a.startsWith('*')) return b.startsWith('*') && hostMatches(b, a) ? a : undefined;
  if (!b.startsWith('*')) return hostMatches(a, b) ? b : undefined;
  if (a.slice(1).endsWith(b.slice(1))) return a;
  return b.slice(1).endsWith(a.slice(1)) ? b : undefined;
}

/** Orders host patterns as routes are preferred: full names before wildcards, more characters before fewer. */
export function compareSpecificity(a: string, b: string): number {
  return Number(a.startsWith('*')) - Number(b.startsWith('*')) || b.length - a.length || (a < b ? -1 : a > b ? 1 : 0);
}
