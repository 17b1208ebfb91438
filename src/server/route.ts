import type { ServerResponse } from 'node:http';
import { Type, type Static, type TObject, type TSchema } from 'typebox';
import type { Logger } from 'pino';
import type { ClusterClient } from '../cluster/client.js';
import type { ChatAct } from '../notifications/callbacks/callback.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import { unauthenticated, type ErrorCode } from './errors.js';
import type { Identity } from './identity.js';
import { parsed } from './parsing.js';
import type { Rights } from './rights.js';
import type { Session } from './sign-in/sessions.js';

/** A whole answer; `body` is sent as JSON (a text where the route has another `contentType`), no body where it is undefined. */
export interface JsonReply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that goes on. Its head (200, security headers, `contentType`, no caching) has been written when `stream` is called. */
export interface StreamReply {
  readonly contentType: string;
  /** Owns `out` from here on and ends it; `signal` of the context aborts when the client has left or the server stops. */
  readonly stream: (out: ServerResponse) => void;
}

export type Reply = JsonReply | StreamReply;

/** What every request comes with, before its route has looked at it. */
export interface RawContext {
  /** Undefined only on open routes. */
  readonly identity: Identity | undefined;
  /** Present where the identity came by cookie. */
  readonly session: Session | undefined;
  /** Percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The first value of each name. */
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined where the route takes no body. */
  readonly body: unknown;
  /** The body as it came, where the route asks for `bytes`; else empty. */
  readonly bytes: Buffer;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly requestId: string;
  /** Where the request came from: an IP address. */
  readonly remote: string;
  /** Aborts when the client has left or the server stops. */
  readonly signal: AbortSignal;
  /** Adds what was done to the line of the audit log: names and uids, never a secret. */
  note(about: Readonly<Record<string, string | number | boolean>>): void;
  /** Puts on the audit log who does it, where an open route finds that out by itself. */
  actAs(identity: Identity): void;
  /** Puts on the audit log that nothing was done although the answer is a success. @param why one sentence without a secret */
  nothingDone(outcome: 'refused' | 'ignored', why: string, code?: ErrorCode): void;
}

/** What a route of somebody who is signed in works on; params, query and body are as its schemas say. */
export interface RouteContext<P, Q, B> extends Omit<RawContext, 'identity' | 'params' | 'query' | 'body'> {
  readonly identity: Identity;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

/** As a RouteContext, of somebody who need not be signed in. */
export interface OpenContext<P, Q, B> extends Omit<RouteContext<P, Q, B>, 'identity'> {
  readonly identity: Identity | undefined;
}

interface RouteHead<P extends TObject, Q extends TObject, B extends TSchema> {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As in OpenAPI: `/api/v1/namespaces/{namespace}/releases/{name}`. */
  readonly path: string;
  /** Unique, camelCase. */
  readonly operationId: string;
  /** One sentence. */
  readonly summary: string;
  readonly params?: P;
  /** Numbers and booleans are read from their text. */
  readonly query?: Q;
  /** What stands in the body, as JSON; no body is read without it. Unknown fields are refused where the schema refuses them. */
  readonly body?: B;
  /** Each success with the schema of its body. Errors (`ErrorAnswer`) need not be listed. */
  readonly answers: Readonly<Record<number, TSchema>>;
  /** The media type of successes, where it is not JSON. */
  readonly contentType?: string;
  /** True for what changes something: asks for the CSRF header with a cookie, and stands in the audit log. */
  readonly changes: boolean;
  /** True for what stands in the audit log although it changes nothing on the cluster: sign-in. */
  readonly audited?: boolean;
  /** Takes the body as it is, up to so many bytes, and whoever sent it: for programs that sign what they send. */
  readonly bytes?: number;
}

/** A route whose types are forgotten: what the server keeps. Made by `defineRoute`. */
export interface Route extends RouteHead<TObject, TObject, TSchema> {
  /** Served without an identity. */
  readonly open: boolean;
  /** @throws HttpError, and whatever `httpErrorOf` knows */
  readonly handle: (context: RawContext) => Promise<Reply>;
}

export type RouteDefinition<P extends TObject, Q extends TObject, B extends TSchema> = RouteHead<P, Q, B> & {
  handle(context: RouteContext<Static<P>, Static<Q>, Static<B>>): Promise<Reply>;
};

export type OpenRouteDefinition<P extends TObject, Q extends TObject, B extends TSchema> = RouteHead<P, Q, B> & {
  handle(context: OpenContext<Static<P>, Static<Q>, Static<B>>): Promise<Reply>;
};

/** A route for people who are signed in: 401 for all others, 400 for what its schemas do not admit. */
export function defineRoute<P extends TObject = TObject<Record<never, never>>, Q extends TObject = TObject<Record<never, never>>, B extends TSchema = TSchema>(
  definition: RouteDefinition<P, Q, B>,
): Route {
  return {
    ...headOf(definition),
    open: false,
    handle: async (raw) => {
      const { identity } = raw;
      if (identity === undefined) throw unauthenticated();
      return definition.handle({ ...raw, identity, ...inputOf(definition, raw) });
    },
  };
}

/** As `defineRoute`, for everybody: sign-in itself, and what says nothing of the cluster. */
export function defineOpenRoute<P extends TObject = TObject<Record<never, never>>, Q extends TObject = TObject<Record<never, never>>, B extends TSchema = TSchema>(
  definition: OpenRouteDefinition<P, Q, B>,
): Route {
  return { ...headOf(definition), open: true, handle: async (raw) => definition.handle({ ...raw, ...inputOf(definition, raw) }) };
}

const nothing = Type.Object({});

function headOf({ params, query, body, ...head }: RouteHead<TObject, TObject, TSchema>): Omit<Route, 'open' | 'handle'> {
  const { method, path, operationId, summary, answers, contentType, changes, audited, bytes } = head;
  return {
    ...{ method, path, operationId, summary, answers, changes },
    ...(audited === undefined ? {} : { audited }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(params === undefined ? {} : { params }),
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body }),
  };
}

function inputOf<P extends TObject, Q extends TObject, B extends TSchema>(head: RouteHead<P, Q, B>, raw: RawContext): { params: Static<P>; query: Static<Q>; body: Static<B> } {
  return {
    params: parsed<P>((head.params ?? nothing) as P, raw.params, 'path'),
    query: parsed<Q>((head.query ?? nothing) as Q, raw.query, 'query'),
    body: parsed<B>((head.body ?? Type.Unknown()) as unknown as B, raw.body, 'body'),
  };
}

/** What groups of routes are made of. */
export interface RouteParts {
  /** The server's own: for caches. Never used for what a person asks for, unless `rights` said that they may. */
  readonly client: ClusterClient;
  /** The cluster as this person: everything that is changed, is changed with it. */
  readonly clientOf: (identity: Identity) => ClusterClient;
  readonly rights: Rights;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The one namespace that is looked at; all when absent. */
  readonly namespace?: string;
}

/** Routes, and the caches behind them. */
export interface RouteModule {
  readonly routes: readonly Route[];
  /** Carries out, as `identity`, what was said in a chat. @returns one sentence on what was done. @throws HttpError, ApiError where it is refused */
  act?(act: ChatAct, identity: Identity): Promise<string>;
  /** Begins to watch; nothing is started before (so that the API's document can be written without a cluster). Resolves without waiting for caches. */
  start?(): void;
  /** Ends everything and waits for it. */
  stop?(): Promise<void>;
}
