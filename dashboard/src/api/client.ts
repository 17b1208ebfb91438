import { ApiProblem, problemOf } from './api-problem.js';
import type { Session } from './types.js';

/** Says which parts of an API path are set; undefined and empty ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Requests to the HTTP API that the page came from. All throw ApiProblem. */
export interface ApiClient {
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  delete(path: string): Promise<void>;
  /** Whose requests these are from now on; its CSRF token goes with every change. */
  setSession(session: Session | undefined): void;
  /** Calls the listener whenever the API says that nobody is signed in. */
  onSignedOut(listener: () => void): () => void;
  /** How far the server's clock is ahead of this one in milliseconds, from its last answer. Whole seconds are exact enough. */
  clockOffset(): number;
}

/** Where requests go and what time it is here. */
export interface ClientParts {
  fetch: typeof fetch;
  now(): number;
}

/** A client that sends the session's cookie, and its CSRF token with changes. */
export function createClient(parts: ClientParts): ApiClient {
  let csrf: string | undefined;
  let offset = 0;
  const listeners = new Set<() => void>();

  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const response = await parts.fetch(path, { ...init, credentials: 'same-origin' }).catch((error: unknown) => {
      if (init.signal?.aborted === true) throw error;
      throw new ApiProblem(0, 'Unreachable', 'The server cannot be reached; check that it runs and that this machine is connected.');
    });
    const date = Date.parse(response.headers.get('date') ?? '');
    // The header has whole seconds: less than two of them say nothing.
    if (!Number.isNaN(date)) offset = Math.abs(date - parts.now()) < 2_000 ? 0 : date - parts.now();
    if (response.ok) return response;
    const problem = await problemOf(response);
    if (response.status === 401) for (const listener of listeners) listener();
    throw problem;
  };
  const change = async (method: string, path: string, body?: unknown): Promise<Response> => await send(path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(csrf === undefined ? {} : { 'x-serin-csrf': csrf }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

  return {
    get: async (path, query, signal) => await json(await send(pathWith(path, query), { headers: { accept: 'application/json' }, ...(signal === undefined ? {} : { signal }) })),
    post: async (path, body) => await json(await change('POST', path, body)),
    delete: async (path) => {
      await change('DELETE', path);
    },
    setSession: (session) => {
      csrf = session?.csrf;
    },
    onSignedOut: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clockOffset: () => offset,
  };
}

/** A path with the parts of the query that are set, in their order. */
export function pathWith(path: string, query: Query = {}): string {
  const set = Object.entries(query).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]]));
  return set.length === 0 ? path : `${path}?${new URLSearchParams(set).toString()}`;
}

/** Page and server are one build, and the server's tests hold its answers to these types; so they are not checked again here. */
async function json<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T;
  const type = response.headers.get('content-type') ?? '';
  if (!type.includes('json')) throw new ApiProblem(response.status, 'NotJson', 'Something between this page and Serin answered in its place; check the proxy.');
  return await response.json() as T;
}
