/** What stands behind Service names: the cluster's DNS domain. */
export const CLUSTER_DOMAIN = 'cluster.local';

/** The full name of a Service. */
export const serviceHost = (name: string, namespace: string): string => `${name}.${namespace}.svc.${CLUSTER_DOMAIN}`;

/**
 * Reads a host of a VirtualService or DestinationRule as Istio does: a name without a dot means the Service of that name in
 * the object's own namespace; everything else is taken as it stands (`reviews.prod` is not completed).
 */
export function resolveHost(host: string, namespace: string): string {
  const lower = host.toLowerCase();
  return lower === '*' || lower.includes('.') ? lower : serviceHost(lower, namespace);
}

/** All Service names that `name` can stand for when a Pod in `namespace` asks the cluster's DNS for it, best first. */
export function searchNames(name: string, namespace: string): string[] {
  const lower = name.toLowerCase().replace(/\.$/, '');
  return [lower, `${lower}.${namespace}.svc.${CLUSTER_DOMAIN}`, `${lower}.svc.${CLUSTER_DOMAIN}`, `${lower}.${CLUSTER_DOMAIN}`];
}

/** Whether `host` (no wildcard) is one that `pattern` (exact, `*.suffix` or `*`) means. */
export function hostMatches(pattern: string, host: string): boolean {
  if (pattern === '*' || pattern === host) return true;
  return pattern.startsWith('*') && host.length > pattern.length - 1 && host.endsWith(pattern.slice(1));
}

/** Whether a host of a VirtualService (perhaps a wildcard itself) has anything in common with a host of a Gateway. */
export function hostsOverlap(a: string, b: string): boolean {
  if (!a.startsWith('*')) return hostMatches(b, a);
  if (!b.startsWith('*')) return hostMatches(a, b);
  return a.slice(1).endsWith(b.slice(1)) || b.slice(1).endsWith(a.slice(1));
}

/** Finds by host: an exact entry before the longest `*.suffix`, that before `*`. */
export class HostIndex<T> {
  readonly #exact = new Map<string, T>();
  #wildcards: { pattern: string; value: T }[] = [];

  values(): T[] {
    return [...this.#exact.values(), ...this.#wildcards.map(({ value }) => value)];
  }

  /** The entry under exactly this host or pattern. */
  at(host: string): T | undefined {
    return this.#exact.get(host) ?? this.#wildcards.find(({ pattern }) => pattern === host)?.value;
  }

  set(host: string, value: T): void {
    if (!host.startsWith('*')) {
      this.#exact.set(host, value);
      return;
    }
    this.#wildcards = this.#wildcards.filter(({ pattern }) => pattern !== host);
    this.#wildcards.push({ pattern: host, value });
    this.#wildcards.sort((a, b) => b.pattern.length - a.pattern.length);
  }

  /** @param host without wildcard and port */
  find(host: string): T | undefined {
    return this.#exact.get(host) ?? this.#wildcards.find(({ pattern }) => hostMatches(pattern, host))?.value;
  }
}

/** The host part of an authority, in lower case, without its port. */
export function hostOf(authority: string): string {
  const end = authority.endsWith(']') ? -1 : authority.lastIndexOf(':');
  return (end < 0 ? authority : authority.slice(0, end)).toLowerCase();
}

/** The port part of an authority; `fallback` where it has none. */
export function portOf(authority: string, fallback: number): number {
  const port = /:(\d+)$/.exec(authority)?.[1];
  return port === undefined ? fallback : Number(port);
}
