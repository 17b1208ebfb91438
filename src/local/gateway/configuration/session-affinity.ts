import { createHash } from 'node:crypto';

/** A cookie that binds a client to one endpoint, as ingress-nginx has it: `<endpoint>|<backend>`. */
export interface SessionAffinity {
  readonly cookieName: string;
  /** `balanced`: a hash over the endpoints there are; `persistent`: the endpoint itself, for as long as it is there. */
  readonly mode: 'balanced' | 'persistent';
  /** The cookie's second part, which tells stable from canary. */
  readonly backendKey: string;
  /** What the endpoints' names are hashed with. */
  readonly salt: string;
  /** Whether the cookie is set here; it is read in any case. */
  readonly sets: boolean;
  readonly path: string;
  readonly domain: string | undefined;
  /** Seconds. */
  readonly maxAge: number | undefined;
  /** Seconds from the answer on. */
  readonly expires: number | undefined;
  readonly sameSite: string | undefined;
  /** Undefined: as the request came. */
  readonly secure: boolean | undefined;
  /** Whether a client is bound anew when its endpoint fails. */
  readonly changeOnFailure: boolean;
}

/** The two parts of the cookie, as far as the client sent them. */
export interface SessionCookie {
  readonly endpoint: string | undefined;
  readonly backend: string | undefined;
}

/** @param header `cookie` of the request */
export function readSessionCookie(header: string | undefined, name: string): SessionCookie {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=');
    if (at < 0 || part.slice(0, at).trim() !== name) continue;
    const [endpoint, backend] = part.slice(at + 1).trim().split('|');
    return { endpoint: endpoint === '' ? undefined : endpoint, backend };
  }
  return { endpoint: undefined, backend: undefined };
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** What stands for a backend in cookies. @param backend `<namespace>-<service>-<port>` */
export const backendKeyOf = (backend: string): string => md5(md5(backend) + backend);

/** What stands for an endpoint in cookies of the mode `persistent`. @param address with port */
export const endpointKeyOf = (salt: string, address: string): string => md5(salt + address);

/** The value of `set-cookie`. @param key of the endpoint. @param now milliseconds since the epoch */
export function renderSessionCookie(session: SessionAffinity, key: string, https: boolean, now: number): string {
  const parts = [`${session.cookieName}=${key}|${session.backendKey}`];
  if (session.expires !== undefined) parts.push(`Expires=${new Date(now + session.expires * 1000).toUTCString()}`);
  if (session.maxAge !== undefined) parts.push(`Max-Age=${session.maxAge}`);
  if (session.domain !== undefined) parts.push(`Domain=${session.domain}`);
  parts.push(`Path=${session.path}`);
  if (session.secure ?? https) parts.push('Secure');
  parts.push('HttpOnly');
  if (session.sameSite !== undefined) parts.push(`SameSite=${session.sameSite}`);
  return parts.join('; ');
}
