/** Names and attributes of this server's cookies. */
export interface CookieJar {
  /** Holds the session. */
  readonly session: string;
  /** Ties a sign-in at an OIDC provider to the browser that began it. */
  readonly oidc: string;
  /** The value of `Set-Cookie`. @param seconds how long it is kept; 0 removes it */
  set(name: string, value: string, seconds: number): string;
}

/**
 * Cookies of a server. By HTTPS they have the prefix `__Host-`, so that no other host can set them; on loopback, where all ports
 * share their cookies, the port stands in the name.
 */
export function cookieJar(secure: boolean, port: number): CookieJar {
  const name = (what: string): string => (secure ? `__Host-serin${what}` : `serin${what}-${port}`);
  const oidc = name('-oidc');
  return {
    session: name(''),
    oidc,
    // The way back from a provider is a navigation from another site, which Strict cookies do not go with.
    set: (cookie, value, seconds) => `${cookie}=${value}; Path=/; HttpOnly; SameSite=${cookie === oidc ? 'Lax' : 'Strict'}; Max-Age=${Math.max(0, Math.floor(seconds))}${secure ? '; Secure' : ''}`,
  };
}

/** The value of one cookie in a `Cookie` header. */
export function cookieIn(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}
