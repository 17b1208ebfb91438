import { unauthenticated } from '../errors.js';
import type { Identity } from '../identity.js';
import { cookieIn, type CookieJar } from './cookies.js';
import type { Guesses } from './guesses.js';
import type { Session, Sessions } from './sessions.js';
import type { Tokens } from './tokens.js';

/** Who makes a request, and the session where they came by cookie. */
export interface Identified {
  readonly identity: Identity | undefined;
  readonly session: Session | undefined;
  /** Whether anything was sent that should say who it is. */
  readonly tried: boolean;
}

export interface IdentificationParts {
  readonly sessions: Sessions;
  /** Absent where bearer tokens are not taken from programs. Tokens behind sessions are always asked about. */
  readonly tokens: Tokens;
  readonly takesTokens: boolean;
  readonly guesses: Guesses;
  readonly cookies: CookieJar;
}

const BEARER = /^Bearer +(\S+)$/i;

/**
 * Finds out who makes a request: by its bearer token (then no cookie counts), else by its session.
 * @throws HttpError 401 for a token that nobody has; 429 for an address that guessed too often
 */
export async function identify({ sessions, tokens, takesTokens, guesses, cookies }: IdentificationParts, headers: Readonly<Record<string, string>>, remote: string): Promise<Identified> {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) throw unauthenticated('The header Authorization is not understood: send "Authorization: Bearer <token>".');
    if (!takesTokens) throw unauthenticated('This server takes no tokens: sign in on its page.');
    if (!tokens.knows(token)) guesses.check(remote);
    const identity = await tokens.identify(token);
    if (identity !== undefined) return { identity, session: undefined, tried: true };
    guesses.wrong(remote);
    throw unauthenticated('The cluster does not take this token: it is wrong or has ended; get a new one, such as from: kubectl create token NAME.');
  }
  const cookie = cookieIn(headers['cookie'], cookies.session);
  const session = cookie === undefined ? undefined : sessions.find(cookie);
  if (cookie === undefined || session === undefined) return { identity: undefined, session: undefined, tried: cookie !== undefined };
  if (session.identity.token !== undefined && (await tokens.identify(session.identity.token)) === undefined) {
    sessions.end(cookie);
    throw unauthenticated('The cluster does not take the token any more that you signed in with: sign in again.');
  }
  return { identity: session.identity, session, tried: true };
}
