import { Agent, request } from 'undici';
import type { FindAddress } from '../../cluster/loop.js';
import type { Clock } from '../../ports/clock.js';
import { RegistryProblem } from './registry-problem.js';

/** How long one answer may take, in milliseconds, and how large it may be, in bytes. */
const TIMEOUT = 15_000;
const LONGEST = 8 * 1024 * 1024;

/** An answer with its whole body. */
export interface RegistryAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
}

/** Asks one URL; never follows redirects. @throws RegistryProblem; the signal's reason when it is aborted */
export type RegistryRequest = (method: 'GET' | 'HEAD', url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<RegistryAnswer>;

/** A way of asking, with connections that are kept; whoever makes it stops it. */
export function createRegistryRequest(clock: Clock, findAddress?: FindAddress): { readonly send: RegistryRequest; stop(): Promise<void> } {
  const agent = new Agent({ connections: 4, pipelining: 1, keepAliveTimeout: 10_000 });
  const send: RegistryRequest = async (method, url, headers, signal) => {
    const timeout = new AbortController();
    const done = new AbortController();
    const timer = clock.sleep(TIMEOUT, AbortSignal.any([signal, done.signal])).then(() => timeout.abort(), () => undefined);
    try {
      const port = Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port);
      const found = url.protocol === 'http:' ? await findAddress?.(url.hostname, port) : undefined;
      const place = new URL(url);
      if (found) {
        place.hostname = found.host;
        place.port = String(found.port);
      }
      const { statusCode, headers: given, body } = await request(place, { method, dispatcher: agent, signal: AbortSignal.any([signal, timeout.signal]), headers: { 'user-agent': 'serin', host: url.host, ...headers } });
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of body as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > LONGEST) throw new RegistryProblem(`${url.host} answered with more than ${LONGEST} bytes`);
        chunks.push(chunk);
      }
      const header = (name: string): string | undefined => {
        const value = given[name];
        return Array.isArray(value) ? value[0] : value;
      };
      return { status: statusCode, header, body: Buffer.concat(chunks) };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RegistryProblem) throw error;
      if (timeout.signal.aborted) throw new RegistryProblem(`${url.host} did not answer within ${TIMEOUT / 1000}s`);
      throw new RegistryProblem(`${url.host} could not be asked: ${wordsFor(error, url)}`);
    } finally {
      done.abort();
      await timer;
    }
  };
  return { send, stop: () => agent.destroy() };
}

function wordsFor(error: unknown, url: URL): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (code === 'ECONNREFUSED') return 'it refuses connections';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'there is no address for this name';
  if (url.protocol === 'https:' && (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' || code === 'EPROTO')) return 'it speaks no TLS; where that is meant, write poll: {insecure: true}';
  return typeof code === 'string' ? code : 'the connection failed';
}
