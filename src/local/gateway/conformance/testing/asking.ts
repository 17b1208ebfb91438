import { randomUUID } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { systemClock } from '../../../../ports/clock.js';
import { shareProblem } from '../../../load/testing/share-bounds.js';
import { ASK_HEADER, SEEN_HEADER, type Arrivals } from './echo-program.js';
import type { GoldenRequest } from './golden-case.js';

/** What became of a request, without what no two proxies share. */
export interface GoldenAnswer {
  readonly status?: number;
  /** `<Service> <method> <host> <path>` of each try and copy. */
  readonly arrivals?: readonly string[];
  /** Headers that the program saw. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers of the answer. */
  readonly answered?: Readonly<Record<string, string>>;
  /** Of answers that no program gave. */
  readonly body?: string;
  /** Of a request that is counted: the shares that were asked for, where they are right; else those that were counted. */
  readonly shares?: Readonly<Record<string, number>>;
}

/** Where requests go in. */
export interface GoldenDoor {
  readonly host: string;
  readonly port: number;
  /** The port of the listener as its Gateway names it: PORT in answers. */
  readonly listenerPort: number;
  readonly arrivals: Arrivals;
}

const NOISE = /^(x-forwarded-.*|x-envoy-.*|x-request-id|x-request-start|x-real-ip|x-scheme|x-original-forwarded-for|x-ask|x-do|host|connection|keep-alive|content-length|transfer-encoding|date|server|x-seen|accept-encoding|user-agent|via|x-istio-attributes|x-b3-.*|vary)$/;
/** For an answer. */
const PATIENCE_MILLISECONDS = 15_000;
const COPIES_MILLISECONDS = 3_000;
/** How long a copy that must not come is waited for. */
const NO_COPY_MILLISECONDS = 100;

/** Sends a request, or many alike. */
export async function askGolden(door: GoldenDoor, request: GoldenRequest): Promise<GoldenAnswer> {
  if (request.counted) return { shares: await countShares(door, request, request.counted) };
  const ask = randomUUID();
  const { status, headers, body } = await send(door, request, ask);
  const seen: unknown = typeof headers[SEEN_HEADER] === 'string' ? JSON.parse(headers[SEEN_HEADER]) : undefined;
  const local = seen === undefined;
  if (request.copies !== undefined) await untilCopied(door.arrivals, ask, 1 + request.copies);
  return {
    status,
    arrivals: door.arrivals.of(ask),
    ...(local ? {} : { headers: withoutNoise(seen as IncomingHttpHeaders, door) }),
    answered: withoutNoise(headers, door),
    ...(local && body !== '' ? { body } : {}),
  };
}

async function untilCopied(arrivals: Arrivals, ask: string, wanted: number): Promise<void> {
  const patience = wanted === 1 ? NO_COPY_MILLISECONDS : COPIES_MILLISECONDS;
  for (const end = systemClock.monotonic() + patience; systemClock.monotonic() < end && (wanted === 1 || arrivals.of(ask).length < wanted); ) await systemClock.sleep(10);
}

async function countShares(door: GoldenDoor, request: GoldenRequest, { times, shares }: NonNullable<GoldenRequest['counted']>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const agent = new Agent({ keepAlive: true });
  for (let sent = 0; sent < times; sent++) {
    const { status, headers } = await send(door, request, randomUUID(), agent);
    const from = String(headers['x-from'] ?? status);
    counts[from] = (counts[from] ?? 0) + 1;
  }
  agent.destroy();
  const right = Object.entries(shares).every(([from, share]) => shareProblem(counts[from] ?? 0, times, share) === undefined);
  const others = Object.keys(counts).filter((from) => shares[from] === undefined);
  return right && others.length === 0 ? shares : Object.fromEntries(Object.entries(counts).map(([from, count]) => [from, count / times]));
}

function withoutNoise(headers: IncomingHttpHeaders, { listenerPort }: GoldenDoor): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !NOISE.test(name));
  const value = (name: string, raw: string | string[] | undefined): string => {
    const text = Array.isArray(raw) ? raw.join(', ') : (raw ?? '');
    return name === 'location' ? text.replace(`:${listenerPort}`, ':PORT') : text;
  };
  return Object.fromEntries(kept.map(([name, raw]) => [name, value(name, raw)] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function send(door: GoldenDoor, { method, path, host, headers, body }: GoldenRequest, ask: string, agent: Agent | false = false): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const values = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]));
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = httpRequest({ host: door.host, port: door.port, path, method, agent, headers: { host, ...values, ...length, [ASK_HEADER]: ask } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.setTimeout(PATIENCE_MILLISECONDS, () => request.destroy(new Error('no answer in time')));
    request.end(body);
  });
}
