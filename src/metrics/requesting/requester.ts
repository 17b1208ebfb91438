import { Agent, request } from 'undici';
import { formatDuration } from '../../model/duration.js';
import type { Clock } from '../../ports/clock.js';
import { NoReading } from '../reading.js';
import { blotted } from './blotted.js';
import { pauseAfter, retryAfterOf } from './retries.js';

/** One question over HTTP. Times in milliseconds. */
export interface Question {
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Certificates that are trusted in place of the machine's, as PEM. */
  readonly ca?: string | undefined;
  /** Whether any certificate is taken. */
  readonly insecure?: boolean;
  /** How long one try may take. */
  readonly timeout: number;
  /** How long all tries may take together. */
  readonly within: number;
  /** Whether asking twice does no more than asking once. */
  readonly repeatable: boolean;
  /** What must never be told. */
  readonly secrets: readonly string[];
}

export interface Answer {
  /** Never a redirect. */
  readonly status: number;
  readonly text: string;
}

/** Asks over HTTP with a time limit, few retries and no redirects, and tells failures without secrets. */
export interface Requester {
  /** @throws NoReading where there is no answer; the signal's reason when it is aborted */
  ask(question: Question, signal: AbortSignal): Promise<Answer>;
  stop(): Promise<void>;
}

/** Where a host name and port are really found; undefined where the name is as good as any. */
export type AddressOf = (host: string, port: number) => Promise<{ readonly host: string; readonly port: number } | undefined>;

export interface RequesterOptions {
  readonly clock: Clock;
  readonly addressOf?: AddressOf;
  /** The longest answer that is read, in bytes; 8 MiB when absent. */
  readonly longest?: number;
  /** How many questions to one place are under way at once; 8 when absent. */
  readonly connections?: number;
}

interface Attempt {
  readonly answer?: Answer;
  readonly failure?: NoReading;
  readonly code?: string | undefined;
  readonly retryAfter?: number | undefined;
}

/** Connections of so many different kinds of trust are kept. */
const MOST_AGENTS = 16;

export function createRequester({ clock, addressOf, longest = 8 * 1024 * 1024, connections = 8 }: RequesterOptions): Requester {
  const agents = new Map<string, Agent>();
  /** By origin: who asked to be left alone is not asked before, in milliseconds of the clock. */
  const quiet = new Map<string, number>();
  const closing = new Set<Promise<void>>();

  const agentFor = ({ ca = '', insecure = false }: Question): Agent => {
    const key = `${insecure} ${ca}`;
    const known = agents.get(key);
    const agent = known ?? new Agent({ connections, pipelining: 1, keepAliveTimeout: 30_000, maxHeaderSize: 16_384, connect: { ...(ca === '' ? {} : { ca }), ...(insecure ? { rejectUnauthorized: false } : {}) } });
    agents.delete(key);
    agents.set(key, agent);
    const [oldest] = agents;
    if (agents.size > MOST_AGENTS && oldest) {
      agents.delete(oldest[0]);
      const closed = oldest[1].close().catch(() => undefined).finally(() => closing.delete(closed));
      closing.add(closed);
    }
    return agent;
  };

  const attempt = async (question: Question, target: URL, signal: AbortSignal): Promise<Attempt> => {
    const place = `${target.host}${target.pathname}`;
    const failed = (text: string): NoReading => new NoReading('failed', blotted(`${place} ${text}`, question.secrets));
    const timeout = new AbortController();
    const done = new AbortController();
    const timer = clock.sleep(question.timeout, AbortSignal.any([signal, done.signal])).then(() => timeout.abort(), () => undefined);
    try {
      const answer = await send(question, target, agentFor(question), AbortSignal.any([signal, timeout.signal]), addressOf, longest);
      const retryAfter = retryAfterOf(answer.header, clock.now());
      if (answer.status < 300 || answer.status >= 400) return { answer, retryAfter };
      const leads = answer.header('location');
      const where = leads !== undefined && URL.canParse(leads, target.href) ? ` to ${new URL(leads, target).origin}` : '';
      return { failure: failed(`answered ${answer.status} and leads${where}; redirects are not followed: name the place that it leads to`) };
    } catch (error) {
      signal.throwIfAborted();
      if (timeout.signal.aborted) return { failure: failed(`did not answer within ${formatDuration(question.timeout)}`) };
      const code = codeOf(error);
      return { failure: failed(wordsFor(code, error, longest)), code };
    } finally {
      done.abort();
      await timer;
    }
  };

  return {
    async ask(question, signal) {
      const target = placeOf(question);
      const end = clock.monotonic() + question.within;
      const until = quiet.get(target.origin);
      if (until !== undefined && until > clock.monotonic()) throw new NoReading('failed', `${target.host} asked to be left alone for another ${formatDuration(until - clock.monotonic())}`);
      quiet.delete(target.origin);
      for (let number = 0; ; number++) {
        const { answer, failure, code, retryAfter } = await attempt(question, target, signal);
        const status = answer?.status;
        const pause = pauseAfter({ number, repeatable: question.repeatable, ...(status === undefined ? {} : { status }), code, retryAfter });
        if (pause !== undefined && clock.monotonic() + pause < end) {
          await clock.sleep(pause, signal);
          continue;
        }
        if (retryAfter !== undefined && (status === 429 || status === 503)) quiet.set(target.origin, clock.monotonic() + retryAfter);
        if (answer) return answer;
        throw failure ?? new NoReading('failed', `${target.host} gave no answer`);
      }
    },
    async stop() {
      await Promise.all([...[...agents.values()].map((agent) => agent.destroy()), ...closing]);
      agents.clear();
    },
  };
}

function placeOf({ url, secrets }: Question): URL {
  if (!URL.canParse(url)) throw new NoReading('failed', blotted(`"${url.replace(/[?@].*$/, '')}" is no URL`, secrets));
  const target = new URL(url);
  if (target.username !== '' || target.password !== '') throw new NoReading('failed', `the URL of ${target.host} holds a user name or password; put them into a Secret`);
  return target;
}

async function send(question: Question, target: URL, dispatcher: Agent, signal: AbortSignal, addressOf: AddressOf | undefined, longest: number): Promise<Answer & { header(name: string): string | undefined }> {
  const port = Number(target.port === '' ? (target.protocol === 'https:' ? 443 : 80) : target.port);
  const found = target.protocol === 'http:' ? await addressOf?.(target.hostname, port) : undefined;
  const place = new URL(target);
  if (found) {
    place.hostname = found.host;
    place.port = String(found.port);
  }
  const { statusCode, headers, body } = await request(place, {
    method: question.method, dispatcher, signal, headers: { 'user-agent': 'serin', accept: 'application/json', host: target.host, ...question.headers },
    ...(question.body === undefined ? {} : { body: question.body }),
  });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longest) throw new TooLong();
    chunks.push(chunk);
  }
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return { status: statusCode, text: Buffer.concat(chunks).toString('utf8'), header };
}

class TooLong extends Error {}

function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : undefined;
}

const UNTRUSTED: ReadonlySet<string> = new Set(['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID']);

function wordsFor(code: string | undefined, error: unknown, longest: number): string {
  if (error instanceof TooLong) return `answered with more than ${longest} bytes; ask for less`;
  if (code === 'ECONNREFUSED') return 'refuses connections';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'was not found: no address for this name';
  if (code !== undefined && UNTRUSTED.has(code)) return `has a certificate that is not trusted (${code}); name its authority under ca`;
  return `could not be asked: ${error instanceof Error ? error.message : String(error)}`;
}
