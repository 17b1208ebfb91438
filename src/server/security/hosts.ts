import { isIP } from 'node:net';

/** Which names this server answers to. */
export interface HostRules {
  /** Where people reach it, with scheme. */
  readonly publicUrl?: string;
  /** More names, such as that of its Service. */
  readonly hosts?: readonly string[];
}

/**
 * Whether a `Host` header names this server. A foreign name is a page of somebody else's whose name was made to lead here (DNS
 * rebinding); an address or `localhost` cannot be such a name.
 */
export function hostCheck({ publicUrl, hosts = [] }: HostRules): (host: string | undefined) => boolean {
  const known = new Set(['localhost', ...hosts.map((each) => each.toLowerCase()), ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])]);
  return (host) => {
    const name = hostnameOf(host);
    return name !== undefined && (known.has(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0);
  };
}

/** The name in a `Host` header without its port, in lower case; undefined for what is none. */
export function hostnameOf(host: string | undefined): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/.exec((host ?? '').toLowerCase());
  return match?.[1];
}

/**
 * Whether a request comes from a page of this server, as the browser says. Programs send neither header and pass: what they
 * lack is the cookie. `SameSite` alone would let in pages from other ports of this machine, which are of the same site.
 * @param origin what this server's pages have; by the `Host` header when it has no public URL
 */
export function sameOrigin(headers: Readonly<Record<string, string>>, publicUrl: string | undefined): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const origin = headers['origin'];
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { host, protocol } = new URL(origin);
  if (publicUrl !== undefined && origin === new URL(publicUrl).origin) return true;
  return (protocol === 'http:' || protocol === 'https:') && host === (headers['host'] ?? '').toLowerCase();
}
