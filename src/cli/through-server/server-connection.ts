import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import { createHttpTransport } from '../../cluster/http-transport.js';
import { proxyFor } from '../../cluster/proxy.js';
import type { ApiRequest, ApiResponse, ApiStream } from '../../ports/transport.js';
import { problemOf } from '../../server/parsing.js';
import { CliError } from '../errors.js';
import type { Shell } from '../shell.js';
import { serverOrigin } from './address.js';
import { serverIdentity } from './identity.js';
import type { PlaceOptions } from './options.js';
import { isMissing, jsonIn, lossOf, noServer, otherVersion, refusalOf } from './problems.js';
import { authorityFile } from './trust.js';

const API = '/api/v1';
/** A server that has just started fills its caches first. */
const PATIENCE = 65_000;
const LONGEST_SENTENCE = 65_536;

type Query = Readonly<Record<string, string | undefined>>;

/** A server that a command talks to. Every answer is held against its schema; what goes wrong is a CliError. */
export interface ServerConnection {
  /** Without a path. */
  readonly origin: string;
  /** Where to look when a command names no namespace. */
  readonly namespace: string;
  /** What is always there. @param path below the version of the API @throws ServerRefusal, ServerLost, CliError */
  get<T extends TSchema>(schema: T, path: string, query?: Query): Promise<Static<T>>;
  /** What may not be there: undefined then. @throws as `get` */
  find<T extends TSchema>(schema: T, path: string): Promise<Static<T> | undefined>;
  /** Does something, once: what got no answer may have been done. @throws as `get` */
  post<T extends TSchema>(schema: T, path: string, body: object): Promise<Static<T>>;
  /** A stream that stays open. @param lastEventId where to go on from @throws as `get` */
  stream(path: string, query: Query, lastEventId: string | undefined, signal: AbortSignal): Promise<ApiStream>;
  close(): Promise<void>;
}

/** Readies the way to a server; nothing is sent yet. @throws CliError, KubeconfigError, CredentialError */
export async function connectServer(shell: Shell, address: string, options: PlaceOptions): Promise<ServerConnection> {
  const origin = serverOrigin(address);
  const ca = options.certificateAuthority === undefined ? undefined : await authorityFile(shell, options.certificateAuthority, origin);
  const { credentials, namespace } = await serverIdentity(shell, options);
  const proxyUrl = proxyFor(origin, shell.env);
  const transport = transportTo({ server: origin, credentials, userAgent: 'serin', timeoutMilliseconds: PATIENCE, ...(ca === undefined ? {} : { ca }), ...(proxyUrl === undefined ? {} : { proxyUrl }) });

  const send = async <Answer>(sending: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await sending();
    } catch (error) {
      throw lossOf(origin, error);
    }
  };
  const request = async (asked: Omit<ApiRequest, 'signal'>): Promise<ApiResponse> => {
    const answer = await send(() => transport.request({ ...asked, path: `${API}${asked.path}`, signal: shell.signal }));
    if (answer.status !== 200) throw refusalOf(origin, answer);
    return answer;
  };
  const read = <T extends TSchema>(schema: T, { body, headers }: ApiResponse): Static<T> => {
    const value = jsonIn(body);
    if (value === undefined) throw noServer(origin, `it answers with ${headers['content-type']?.split(';')[0] ?? 'something'} instead of JSON`);
    if (Value.Check(schema, value)) return value;
    throw otherVersion(origin, problemOf(schema, value, 'answer').replace(/^The/, 'the'));
  };
  return {
    origin,
    namespace,
    async get(schema, path, query = {}) {
      try {
        return read(schema, await request({ method: 'GET', path, query: searchOf(query) }));
      } catch (error) {
        throw isMissing(error) ? otherVersion(origin, `it has no ${API}${path}`) : error;
      }
    },
    async find(schema, path) {
      try {
        return read(schema, await request({ method: 'GET', path }));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    post: async (schema, path, body) => read(schema, await request({ method: 'POST', path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })),
    async stream(path, query, lastEventId, signal) {
      const headers = { accept: 'text/event-stream', ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) };
      const opened = await send(() => transport.stream({ method: 'GET', path: `${API}${path}`, query: searchOf(query), headers, signal }));
      if (opened.status !== 200) throw refusalOf(origin, { ...opened, body: await send(() => textOf(opened)) });
      return opened;
    },
    close: () => transport.stop(),
  };
}

function transportTo(options: Parameters<typeof createHttpTransport>[0]): ReturnType<typeof createHttpTransport> {
  try {
    return createHttpTransport(options);
  } catch (error) {
    throw new CliError(error instanceof Error ? error.message : 'the server cannot be connected to; check --server');
  }
}

function searchOf(query: Query): URLSearchParams {
  return new URLSearchParams(Object.entries(query).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]])));
}

/** Of what is a sentence, and no stream. */
async function textOf({ chunks }: ApiStream): Promise<string> {
  let text = '';
  for await (const chunk of chunks) {
    text += chunk;
    if (text.length > LONGEST_SENTENCE) break;
  }
  return text;
}
