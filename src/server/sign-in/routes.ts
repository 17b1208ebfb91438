import { Type, type Static } from 'typebox';
import type { Clock } from '../../ports/clock.js';
import { HttpError, invalid, unauthenticated } from '../errors.js';
import type { Identity, SignInMethod } from '../identity.js';
import { defineOpenRoute, defineRoute, type JsonReply, type RawContext, type Route } from '../route.js';
import { cookieIn, type CookieJar } from './cookies.js';
import type { Guesses } from './guesses.js';
import type { Links } from './links.js';
import type { OidcSignIn } from './oidc.js';
import { AuthorizationAnswer, SessionAnswer, SignInMethods, TokenSignIn } from './schemas.js';
import type { Session, Sessions } from './sessions.js';
import type { Tokens } from './tokens.js';

export interface SignInParts {
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly takesTokens: boolean;
  readonly guesses: Guesses;
  readonly cookies: CookieJar;
  readonly clock: Clock;
  readonly version: string;
  readonly link?: { readonly links: Links; readonly identity: Identity };
  readonly oidc?: { readonly provider: OidcSignIn; readonly name: string };
}

/** Seconds that a browser may take at a provider. */
const OIDC_SECONDS = 600;

/** How people sign in and out, and who they are then. */
export function signInRoutes(parts: SignInParts): Route[] {
  const { sessions, tokens, takesTokens, guesses, cookies, clock, version, link, oidc } = parts;
  /** Whoever signs in anew has left the session before. */
  const begin = ({ headers }: Pick<RawContext, 'headers'>, identity: Identity, endsBy?: number): { session: Session; header: string } => {
    const before = cookieIn(headers['cookie'], cookies.session);
    if (before !== undefined) sessions.end(before);
    const { session, cookie } = sessions.begin(identity, endsBy);
    return { session, header: cookies.set(cookies.session, cookie, (session.expiresAt - clock.now()) / 1_000) };
  };
  const answerOf = ({ identity, csrf, expiresAt }: Session): Static<typeof SessionAnswer> => ({
    ...{ user: identity.user, groups: [...identity.groups], csrf, version },
    method: methodOf(identity),
    expiresAt: new Date(expiresAt).toISOString(),
  });

  return [
    defineOpenRoute({
      method: 'GET',
      path: '/api/v1/sign-in',
      operationId: 'signInMethods',
      summary: 'How people can sign in here.',
      answers: { 200: SignInMethods },
      changes: false,
      handle: () => {
        const methods: SignInMethod[] = [...(link === undefined ? [] : ['link' as const]), ...(takesTokens ? ['token' as const] : []), ...(oidc === undefined ? [] : ['oidc' as const])];
        return Promise.resolve({ status: 200, body: { methods, ...(oidc === undefined ? {} : { oidcName: oidc.name }) } });
      },
    }),
    defineOpenRoute({
      method: 'GET',
      path: '/sign-in',
      operationId: 'signInByLink',
      summary: 'The one-time link: signs in, and leads to the page.',
      query: Type.Object({ code: Type.String({ maxLength: 200 }) }),
      answers: { 303: Type.Null({ description: 'To the page, with the cookie.' }) },
      changes: false,
      audited: true,
      handle: (context) => {
        refusePrefetch(context);
        if (link === undefined) throw new HttpError(404, 'not_found', 'Nobody signs in by a link here: open the page.');
        guesses.check(context.remote);
        if (!link.links.use(context.query.code)) {
          guesses.wrong(context.remote);
          throw unauthenticated('This link was used already, or is older than ten minutes or than this server: ask for a new one where you got it.');
        }
        context.note({ user: link.identity.user });
        return Promise.resolve(toPage(begin(context, link.identity).header));
      },
    }),
    defineOpenRoute({
      method: 'POST',
      path: '/api/v1/session',
      operationId: 'signInByToken',
      summary: 'Signs in with a bearer token of the cluster.',
      body: TokenSignIn,
      answers: { 201: SessionAnswer },
      changes: true,
      handle: async (context) => {
        if (!takesTokens) throw new HttpError(404, 'not_found', 'Nobody signs in by token here: see /api/v1/sign-in.');
        guesses.check(context.remote);
        const identity = await tokens.identify(context.body.token.trim());
        if (identity === undefined) {
          guesses.wrong(context.remote);
          throw unauthenticated('The cluster does not take this token: it is wrong or has ended; get a new one, such as from: kubectl create token NAME.');
        }
        context.note({ user: identity.user });
        const { session, header } = begin(context, identity);
        return { status: 201, body: answerOf(session), headers: { 'set-cookie': header } };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/session',
      operationId: 'session',
      summary: 'Who is signed in.',
      answers: { 200: SessionAnswer },
      changes: false,
      handle: ({ identity, session }) => {
        // The cluster's word on a token is believed for half a minute.
        const known = session ?? { identity, csrf: '', expiresAt: clock.now() + 30_000 };
        return Promise.resolve({ status: 200, body: answerOf(known) });
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/api/v1/session',
      operationId: 'signOut',
      summary: 'Signs out.',
      answers: { 204: Type.Null({ description: 'Signed out.' }) },
      changes: true,
      handle: ({ headers }) => {
        const cookie = cookieIn(headers['cookie'], cookies.session);
        if (cookie !== undefined) sessions.end(cookie);
        return Promise.resolve({ status: 204, headers: { 'set-cookie': cookies.set(cookies.session, '', 0) } });
      },
    }),
    ...(oidc === undefined ? [] : oidcRoutes(oidc.provider, parts, begin)),
  ];
}

function oidcRoutes(provider: OidcSignIn, { cookies, tokens, guesses }: SignInParts, begin: (context: Pick<RawContext, 'headers'>, identity: Identity, endsBy?: number) => { header: string }): Route[] {
  return [
    defineOpenRoute({
      method: 'GET',
      path: '/sign-in/oidc',
      operationId: 'signInAtProvider',
      summary: 'Leads to the OpenID Connect provider.',
      answers: { 303: Type.Null({ description: 'To the provider.' }) },
      changes: false,
      handle: async (context) => {
        refusePrefetch(context);
        const { url, cookie } = await provider.begin();
        return { status: 303, headers: { location: url, 'set-cookie': cookies.set(cookies.oidc, cookie, OIDC_SECONDS) } };
      },
    }),
    defineOpenRoute({
      method: 'GET',
      path: '/sign-in/oidc/callback',
      operationId: 'signInFromProvider',
      summary: 'The way back from the provider: signs in, and leads to the page.',
      query: AuthorizationAnswer,
      answers: { 303: Type.Null({ description: 'To the page, with the cookie.' }) },
      changes: false,
      audited: true,
      handle: async (context) => {
        guesses.check(context.remote);
        const { identity, idToken, expiresAt } = await provider.finish(cookieIn(context.headers['cookie'], cookies.oidc), new URLSearchParams(Object.entries(context.query)).toString()).catch((error: unknown) => {
          if (error instanceof HttpError && error.status < 500) guesses.wrong(context.remote);
          throw error;
        });
        const known = identity ?? (await tokens.identify(idToken));
        if (known === undefined) throw unauthenticated('The provider let you in, but the cluster does not take its tokens: have who runs this server name you by claims, or the cluster trust the provider.');
        context.note({ user: known.user });
        const signedIn: Identity = { ...known, method: 'oidc' };
        // People who act with their ID token are signed in as long as it lasts; whoever is impersonated, as long as a session.
        return toPage(begin(context, signedIn, identity === undefined ? expiresAt : undefined).header);
      },
    }),
  ];
}

const toPage = (cookie: string): JsonReply => ({ status: 303, headers: { location: '/', 'set-cookie': cookie } });

/** A browser that guesses where somebody will go next must not use up what is good once. */
function refusePrefetch({ headers }: Pick<RawContext, 'headers'>): void {
  if ((headers['sec-purpose'] ?? headers['purpose'] ?? '').includes('prefetch')) throw invalid('A sign-in is not fetched ahead: open the link.');
}

const methodOf = ({ method }: Identity): SignInMethod => (method === 'chat' ? 'token' : method);
