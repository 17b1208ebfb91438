import { TransportError } from '../../src/cluster/transport-error.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Random } from '../../src/ports/random.js';
import type { ApiRequest, ApiResponse, ApiStream, Transport } from '../../src/ports/transport.js';

/** How often each fault strikes, 0 to 1. */
export interface Faults {
  /** The server refuses: conflict, too many requests, internal error. */
  readonly refused: number;
  /** The connection breaks before the server has seen the request. */
  readonly lostBefore: number;
  /** The connection breaks when the server has done what was asked. */
  readonly lostAfter: number;
  /** A watch ends at an event. */
  readonly cut: number;
  /** Events of a watch come this late at most, in milliseconds. */
  readonly late: number;
}

/** A network and a server that fail now and then; which request is struck follows from the seed alone. */
export class FaultyNetwork {
  readonly struck: Record<string, number> = {};
  /** No fault strikes while this is false. */
  bad = false;
  readonly #faults: Faults;
  readonly #random: Random;
  readonly #clock: Clock;

  constructor(faults: Faults, random: Random, clock: Clock) {
    this.#faults = faults;
    this.#random = random;
    this.#clock = clock;
  }

  wrap(inner: Transport): Transport {
    return { request: (request) => this.#request(inner, request), stream: (request) => this.#stream(inner, request) };
  }

  #strikes(name: string, rate: number): boolean {
    const strikes = this.bad && this.#random() < rate;
    if (strikes) this.struck[name] = (this.struck[name] ?? 0) + 1;
    return strikes;
  }

  async #request(inner: Transport, request: ApiRequest): Promise<ApiResponse> {
    if (this.#strikes('refused', this.#faults.refused)) return refusal(this.#random, request);
    if (this.#strikes('lost before', this.#faults.lostBefore)) throw reset(request);
    const answer = await inner.request(request);
    if (this.#strikes('lost after', this.#faults.lostAfter)) throw reset(request);
    return answer;
  }

  async #stream(inner: Transport, request: ApiRequest): Promise<ApiStream> {
    if (this.#strikes('lost before', this.#faults.lostBefore)) throw reset(request);
    const answer = await inner.stream(request);
    return { ...answer, chunks: this.#chunks(answer.chunks, request) };
  }

  async *#chunks(chunks: AsyncIterable<string>, request: ApiRequest): AsyncGenerator<string> {
    for await (const chunk of chunks) {
      if (this.bad && this.#faults.late > 0) await this.#clock.sleep(Math.floor(this.#random() * this.#faults.late), request.signal);
      if (this.#strikes('cut', this.#faults.cut)) throw reset(request);
      yield chunk;
    }
  }
}

const ANSWERS = [[409, 'Conflict'], [429, 'TooManyRequests'], [500, 'InternalError'], [503, 'ServiceUnavailable']] as const;

function refusal(random: Random, { method }: ApiRequest): ApiResponse {
  const [code, reason] = ANSWERS[Math.floor(random() * ANSWERS.length)] ?? ANSWERS[0];
  // A read is never in conflict.
  const [status, why] = method === 'GET' && code === 409 ? ([500, 'InternalError'] as const) : ([code, reason] as const);
  const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: `struck: ${why}`, reason: why, code: status });
  return { status, headers: { 'content-type': 'application/json', ...(status === 429 ? { 'retry-after': '1' } : {}) }, body };
}

function reset({ method, path }: ApiRequest): TransportError {
  return new TransportError(`${method} ${path}`, Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
}
