import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { HttpError, tooMany } from '../errors.js';
import type { RawContext, Reply, Route } from '../route.js';
import { sameOrigin } from '../security/hosts.js';
import type { RateLimit } from '../security/rate-limit.js';
import { sameSecret } from '../security/secrets.js';
import type { StreamPlaces } from '../security/stream-places.js';
import { identify, type IdentificationParts, type Identified } from '../sign-in/identification.js';
import { readBytes, readJson } from './body.js';
import type { Bindings, RequestFacts } from './request-facts.js';

/** The most that the API reads of a body, in bytes. */
const MOST_BYTES = 65_536;

export interface ServeParts {
  readonly identification: IdentificationParts;
  /** Requests by person. */
  readonly perPerson: RateLimit;
  /** Answers that go on, by person. */
  readonly streams: StreamPlaces;
  readonly publicUrl: string | undefined;
}

/** One request, as the router found it. */
export interface FoundRequest {
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly bindings: Bindings;
  readonly facts: RequestFacts;
}

/**
 * Serves one request by its route: who it is, whether they send too much, whether a page of ours sent it, what it says; then the
 * route's own work. @throws whatever speaks against it
 */
export async function serveRoute(route: Route, { method, params, query, bindings, facts }: FoundRequest, parts: ServeParts): Promise<Reply> {
  facts.operation = route.operationId;
  facts.audited = route.changes || route.audited === true;
  const { identity, session } = await whoIs(route, facts, parts);
  facts.identity = identity;
  if (identity !== undefined) {
    const { allowed, waitSeconds, refused } = parts.perPerson.take(identity.user);
    facts.silent = !allowed && refused !== 1 && refused % 100 !== 0;
    if (!allowed) throw tooMany(`${identity.user} asks too much at once: try again in ${Math.ceil(waitSeconds)} s.`, waitSeconds);
  }
  // Programs that sign what they send have no page and no cookie.
  if (route.bytes === undefined && (route.changes || session !== undefined) && !sameOrigin(facts.headers, parts.publicUrl)) {
    throw new HttpError(403, 'csrf', 'This request comes from a page of another site: use the page of this server.');
  }
  if (session !== undefined && route.changes && !route.open && !sameSecret(facts.headers['x-serin-csrf'] ?? '', session.csrf)) {
    throw new HttpError(403, 'csrf', 'With a cookie, a change needs the header X-Serin-CSRF with the value from /api/v1/session: load the page anew.');
  }
  // What is good once must not be used up by somebody who only looks.
  if (method === 'HEAD' && route.audited === true) throw new HttpError(405, 'method_not_allowed', 'This path takes only GET.', { allow: 'GET' });
  const context: RawContext = {
    ...{ identity, session, params, query },
    body: route.body === undefined ? undefined : await readJson(bindings.incoming, MOST_BYTES),
    bytes: route.bytes === undefined ? Buffer.alloc(0) : await readBytes(bindings.incoming, route.bytes),
    headers: facts.headers,
    requestId: facts.requestId,
    remote: facts.remote,
    signal: facts.signal,
    note: (about) => void Object.assign(facts.about, about),
    actAs: (identified) => void (facts.identity = identified),
    nothingDone: (outcome, message, code) => void (facts.why = { outcome, message, ...(code === undefined ? {} : { code }) }),
  };
  const reply = await route.handle(context);
  if ('stream' in reply && method !== 'HEAD') bindings.outgoing.once('close', parts.streams.take(identity?.user ?? facts.remote));
  return reply;
}

async function whoIs(route: Route, facts: RequestFacts, { identification }: ServeParts): Promise<Identified> {
  // Sign-in and doors are for everybody; a token or an old cookie that comes with them must not keep anybody out.
  if (route.open) return { identity: undefined, session: undefined, tried: false };
  const found = await identify(identification, facts.headers, facts.remote);
  facts.silent = !found.tried && route.method === 'GET';
  return found;
}

/** Writes an answer. @param headers of every answer */
export function answerWith(reply: Reply, route: Route, { method, bindings: { outgoing } }: FoundRequest, headers: Readonly<Record<string, string>>): Response {
  const caching = { 'cache-control': 'no-store' };
  if ('stream' in reply) {
    if (method === 'HEAD') return new Response(null, { status: 200, headers: { ...headers, ...caching, 'content-type': reply.contentType } });
    outgoing.writeHead(200, { ...headers, 'cache-control': 'no-store, no-transform', 'content-type': reply.contentType, 'x-accel-buffering': 'no' });
    outgoing.flushHeaders();
    reply.stream(outgoing);
    return RESPONSE_ALREADY_SENT;
  }
  const { status, body } = reply;
  const all = { ...headers, ...caching, ...reply.headers };
  if (body === undefined) return new Response(null, { status, headers: all });
  const text = route.contentType === undefined ? JSON.stringify(body) : String(body);
  return new Response(text, { status, headers: { ...all, 'content-type': route.contentType ?? 'application/json' } });
}
