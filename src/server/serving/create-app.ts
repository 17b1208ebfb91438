import { Hono, type Context } from 'hono';
import type { Logger } from 'pino';
import type { Clock } from '../../ports/clock.js';
import type { Audit } from '../audit.js';
import { errorAnswer } from '../error-answer.js';
import { HttpError, httpErrorOf, tooMany } from '../errors.js';
import { plainPage } from '../page/plain-page.js';
import { fileAt, type StaticFile } from '../page/static-files.js';
import type { Route } from '../route.js';
import { addressKey, clientAddress } from '../security/addresses.js';
import type { RateLimit } from '../security/rate-limit.js';
import { answerWith, serveRoute, type ServeParts } from './serve-route.js';
import { plainHeaders, type Bindings, type RequestFacts } from './request-facts.js';

export interface AppParts extends ServeParts {
  readonly routes: readonly Route[];
  readonly files: ReadonlyMap<string, StaticFile>;
  readonly isOurHost: (host: string | undefined) => boolean;
  /** Requests by address. */
  readonly perAddress: RateLimit;
  readonly trustProxy: boolean;
  /** Headers of every answer. */
  readonly headers: Readonly<Record<string, string>>;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Logger;
  readonly requestId: () => string;
  /** One for each request under way: whoever stops the server aborts them. */
  readonly underWay: Set<AbortController>;
}

type Env = { Bindings: Bindings; Variables: { facts: RequestFacts } };

/** Everything that is answered over HTTP. */
export function createApp(parts: AppParts): Hono<Env> {
  const { routes, files, isOurHost, perAddress, headers, log } = parts;
  const app = new Hono<Env>();

  app.use('*', async (c, next) => {
    const facts = factsOf(c, parts);
    c.set('facts', facts);
    await next();
    tellAudit(c, facts, parts);
  });
  app.get('/healthz', (c) => c.text('ok', 200, { ...headers, 'cache-control': 'no-store' }));
  app.use('*', async (c, next) => {
    const { facts } = c.var;
    const { allowed, waitSeconds, refused } = perAddress.take(addressKey(facts.remote));
    facts.silent = !allowed && refused !== 1 && refused % 100 !== 0;
    if (!allowed) throw tooMany(`Too much comes from ${facts.remote} at once: try again in ${Math.ceil(waitSeconds)} s.`, waitSeconds);
    // Programs that sign what they send may know this server by any name.
    if (!c.req.path.startsWith('/v1/') && !isOurHost(facts.headers['host'])) {
      throw new HttpError(403, 'wrong_host', 'This server does not answer to the name in the header Host: open it at its own address, or have that name added where it is started.');
    }
    await next();
  });
  for (const route of routes) {
    app.on(route.method, honoPath(route.path), async (c) => {
      const request = { method: c.req.method, params: c.req.param() as Record<string, string>, query: c.req.query(), bindings: c.env, facts: c.var.facts };
      return answerWith(await serveRoute(route, request, parts), route, request, headers);
    });
  }
  for (const [path, methods] of methodsByPath(routes)) {
    app.all(honoPath(path), () => {
      throw new HttpError(405, 'method_not_allowed', `This path takes only ${methods.join(', ')}.`, { allow: methods.join(', ') });
    });
  }
  app.get('*', (c) => {
    const file = fileAt(files, c.req.path, wantsPage(c));
    if (file === undefined) throw notServed();
    return answerFile(file, c, headers);
  });
  app.all('*', () => {
    throw notServed();
  });
  app.onError((error, c) => {
    const answer = httpErrorOf(error);
    const { facts } = c.var;
    if (answer.status === 500) log.error({ requestId: facts.requestId, err: error }, 'a request failed');
    facts.why = { outcome: 'refused', code: answer.code, message: answer.message };
    const all = { ...headers, 'cache-control': 'no-store', ...answer.headers };
    if (c.req.method === 'GET' && wantsPage(c) && c.req.path.startsWith('/sign-in')) {
      return new Response(plainPage('Not signed in', answer.message), { status: answer.status, headers: { ...all, 'content-type': 'text/html; charset=utf-8' } });
    }
    return new Response(JSON.stringify(errorAnswer(answer, facts.requestId)), { status: answer.status, headers: { ...all, 'content-type': 'application/json' } });
  });
  return app;
}

const notServed = (): HttpError => new HttpError(404, 'not_found', 'There is nothing at this path: see /api/v1/openapi.json for what there is.');

function factsOf({ env: { incoming, outgoing } }: Context<Env>, { trustProxy, requestId, underWay }: AppParts): RequestFacts {
  const headers = plainHeaders(incoming);
  const left = new AbortController();
  underWay.add(left);
  outgoing.once('close', () => {
    underWay.delete(left);
    left.abort(new Error('the client left'));
  });
  return {
    requestId: requestId(),
    remote: clientAddress(incoming.socket.remoteAddress, headers['x-forwarded-for'], trustProxy),
    headers,
    signal: left.signal,
    ...{ identity: undefined, operation: 'unknown', audited: false, silent: false, about: {}, why: undefined },
  };
}

function tellAudit(c: Context<Env>, facts: RequestFacts, { audit, clock }: AppParts): void {
  const { status } = c.res;
  // A path that is not there is no refusal, and a program that asks for nothing but whether it is signed in has done nothing.
  if (status < 400 ? !facts.audited : facts.silent || (status === 404 && !facts.audited)) return;
  const { requestId, remote, operation, identity, why, about } = facts;
  audit({
    at: new Date(clock.now()).toISOString(),
    ...{ requestId, operation, method: c.req.method, path: c.req.path.slice(0, 300), remote, status },
    ...(identity === undefined ? {} : { user: identity.user, signedInBy: identity.method }),
    ...(why ?? { outcome: status < 400 ? 'done' : 'refused' }),
    ...(Object.keys(about).length === 0 ? {} : { about }),
  });
}

/** OpenAPI's `{name}` as the router writes it. */
const honoPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const { path, method } of routes) paths.set(path, [...(paths.get(path) ?? []), method]);
  return paths;
}

const wantsPage = (c: Context<Env>): boolean => (c.req.header('accept') ?? '').includes('text/html');

function answerFile({ bytes, gzip, contentType, etag, cacheControl }: StaticFile, c: Context<Env>, headers: Readonly<Record<string, string>>): Response {
  const all = { ...headers, 'content-type': contentType, 'cache-control': cacheControl, etag, vary: 'accept-encoding' };
  if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers: all });
  const small = gzip !== undefined && /\bgzip\b/.test(c.req.header('accept-encoding') ?? '') ? gzip : undefined;
  return new Response(new Uint8Array(small ?? bytes), { status: 200, headers: { ...all, ...(small === undefined ? {} : { 'content-encoding': 'gzip' }) } });
}
