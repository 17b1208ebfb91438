import { Agent, request } from 'undici';
import type { FindAddress } from '../../cluster/loop.js';
import { blotted } from '../../metrics/requesting/blotted.js';
import { retryAfterOf } from '../../metrics/requesting/retries.js';
import { formatDuration } from '../../model/duration.js';
import type { Clock } from '../../ports/clock.js';
import { SendFailure } from './send-failure.js';

/** One request with a message. */
export interface Posting {
  readonly method?: 'POST' | 'PATCH' | 'PUT';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** What must never be told: values of the Secret, and URLs that are secret themselves. */
  readonly secrets: readonly string[];
  /** What it is called in errors, in place of a URL that is a secret. */
  readonly place: string;
}

/** Any answer, whatever its status. */
export interface Posted {
  readonly status: number;
  readonly text: string;
  /** In milliseconds. */
  readonly retryAfter: number | undefined;
}

/** Sends messages over HTTP, once each. */
export interface Poster {
  /** @throws SendFailure where there was no answer; the signal's reason when it is aborted */
  post(posting: Posting, signal: AbortSignal): Promise<Posted>;
  stop(): Promise<void>;
}

export interface PosterOptions {
  readonly clock: Clock;
  readonly findAddress?: FindAddress | undefined;
}

/** How long one request may take, in milliseconds. */
const TIMEOUT = 10_000;
/** The longest answer that is read, in bytes. */
const LONGEST = 64 * 1024;

export function createPoster({ clock, findAddress }: PosterOptions): Poster {
  const agent = new Agent({ connections: 4, pipelining: 1, keepAliveTimeout: 10_000, maxHeaderSize: 16_384 });

  return {
    async post(posting, signal) {
      const failed = (text: string, permanent = false): SendFailure => new SendFailure(`${posting.place} ${told(text, posting)}`, { permanent });
      if (!URL.canParse(posting.url) || !/^https?:$/.test(new URL(posting.url).protocol)) throw failed('has no http or https URL', true);
      const timeout = new AbortController();
      const done = new AbortController();
      const timer = clock.sleep(TIMEOUT, AbortSignal.any([signal, done.signal])).then(() => timeout.abort(), () => undefined);
      try {
        const target = await placeOf(new URL(posting.url), findAddress);
        const { statusCode, headers, body } = await request(target.url, {
          method: posting.method ?? 'POST', dispatcher: agent, signal: AbortSignal.any([signal, timeout.signal]), body: posting.body,
          headers: { 'user-agent': 'serin', host: target.host, ...posting.headers },
        });
        const text = await textOf(body as AsyncIterable<Buffer>);
        const header = (name: string): string | undefined => [headers[name]].flat()[0];
        // Lark says it in a header of its own, in seconds.
        const retryAfter = retryAfterOf((name) => header(name) ?? header('x-ogw-ratelimit-reset'), clock.now());
        if (statusCode >= 300 && statusCode < 400) throw failed(`answered ${statusCode}; redirects are not followed: name the place that it leads to`, true);
        return { status: statusCode, text, retryAfter };
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof SendFailure) throw error;
        if (timeout.signal.aborted) throw failed(`did not answer within ${formatDuration(TIMEOUT)}`);
        throw failed(wordsFor(error));
      } finally {
        done.abort();
        await timer;
      }
    },
    stop: () => agent.destroy(),
  };
}

async function placeOf(url: URL, findAddress: FindAddress | undefined): Promise<{ readonly url: URL; readonly host: string }> {
  const found = url.protocol === 'http:' ? await findAddress?.(url.hostname, Number(url.port === '' ? 80 : url.port)) : undefined;
  const target = new URL(url);
  if (found) {
    target.hostname = found.host;
    target.port = String(found.port);
  }
  return { url: target, host: url.host };
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    // What is beyond is of no use, and breaking off ends the connection.
    if (length > LONGEST) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function wordsFor(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (code === 'ECONNREFUSED') return 'refuses connections';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'was not found: no address for this name';
  return `could not be reached: ${error instanceof Error ? error.message : String(error)}`;
}

/** Turns an answer that is not 2xx into a failure. Only 408, 429 and 5xx may go better another time. */
export function expectSuccess({ status, text, retryAfter }: Posted, posting: Posting): void {
  if (status >= 200 && status < 300) return;
  const permanent = status < 500 && status !== 408 && status !== 429;
  const words = text.trim() === '' ? '' : `: ${text.trim()}`;
  throw new SendFailure(`${posting.place} answered ${status}${told(words, posting)}`, { permanent, retryAfter });
}

/** The shortest part of a URL that may be a secret; shorter ones are parts of any word. */
const SHORTEST = 6;
/** Parts of the URLs of services that recipes are for, which are no secrets; their refusals use such words. */
const WORDS: ReadonlySet<string> = new Set(['cgi-bin', 'enqueue', 'invoke', 'manual', 'services', 'triggers', 'webhook', 'webhooks', 'workflows']);

/** Words of somebody else, without the Secret and without any part of the URL: robots have their key in its path or query. */
export function told(text: string, { secrets, url }: Pick<Posting, 'secrets' | 'url'>): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const parts = parsed ? [`${parsed.pathname}${parsed.search}`, ...parsed.pathname.split('/'), ...parsed.searchParams.values()] : [];
  return blotted(text, [...secrets, url, ...parts.filter((part) => part.length >= SHORTEST && !WORDS.has(part))]);
}
