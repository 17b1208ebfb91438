import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import type { ApiRequest, ApiResponse, Transport } from '../ports/transport.js';
import { errorOf } from './api-answer.js';
import { backoffDelay, type BackoffLimits } from './backoff.js';
import { TransportError } from './transport-error.js';

export interface RetryLimits extends BackoffLimits {
  /** How often a request is sent at most, the first time included. */
  readonly tries: number;
  /** A `Retry-After` above this is not waited for: the caller gets the error. */
  readonly longestRetryAfterSeconds: number;
}

interface RetryTools {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: RetryLimits;
}

/** Sends a request, again where that cannot do harm. @returns the last answer, good or bad */
export async function sendRetrying(transport: Transport, request: ApiRequest, idempotent: boolean, tools: RetryTools): Promise<ApiResponse> {
  const { clock, random, limits } = tools;
  const reads = request.method === 'GET' || request.method === 'HEAD';
  for (let failures = 0; ; failures++) {
    const last = failures + 1 >= limits.tries;
    let wait = backoffDelay(failures, limits, random);
    try {
      const answer = await transport.request(request);
      const again = (answer.status === 429 && idempotent) || (answer.status >= 500 && answer.status !== 501 && reads);
      if (last || !again) return answer;
      const asked = errorOf(answer, request.path, clock.now()).retryAfterSeconds ?? 0;
      if (asked > limits.longestRetryAfterSeconds) return answer;
      wait = Math.max(wait, asked * 1000);
    } catch (error) {
      if (last || !reads || !(error instanceof TransportError) || !TRANSIENT.has(error.code)) throw error;
    }
    await clock.sleep(wait, request.signal);
  }
}

/** The connection was there and broke: for a read, as good as never asked. Refused and unknown hosts are told at once. */
const TRANSIENT: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
