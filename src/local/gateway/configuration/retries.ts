import { parseDuration } from './durations.js';
import type { HttpRoute } from './http-match.js';

/** When and how often a request is tried again. */
export interface RetryPolicy {
  /** Tries beyond the first. */
  readonly attempts: number;
  /** Milliseconds; 0 for none. */
  readonly perTryTimeout: number;
  /** Milliseconds: the first wait is drawn from 0 up to this, each later one from twice as much, at most ten times this. */
  readonly backoff: number;
  readonly connectFailure: boolean;
  /** The upstream closed or broke the connection, or did not answer in time, before it answered. */
  readonly reset: boolean;
  readonly statuses: (status: number) => boolean;
  /** Methods that are not tried again once the request may have reached an endpoint; none when absent. */
  readonly onceSent?: ReadonlySet<string>;
  /** Whether a retry prefers an endpoint that was not tried. */
  readonly otherEndpoints: boolean;
}

const DEFAULT_RETRY_ON = 'connect-failure,refused-stream,unavailable,cancelled';

/** Istio's own: two more tries when no connection came about. */
export const defaultRetries: RetryPolicy = policyOf(DEFAULT_RETRY_ON, 2);

/** @returns undefined when retries are switched off (`attempts: 0`) */
export function compileRetries(retries: HttpRoute['retries']): RetryPolicy | undefined {
  if (retries === undefined) return defaultRetries;
  const attempts = retries.attempts ?? 0;
  if (attempts <= 0) return undefined;
  const policy = policyOf(retries.retryOn === undefined || retries.retryOn === '' ? DEFAULT_RETRY_ON : retries.retryOn, attempts);
  return {
    ...policy,
    perTryTimeout: parseDuration(retries.perTryTimeout ?? '') ?? 0,
    backoff: parseDuration(retries.backoff ?? '') ?? policy.backoff,
    otherEndpoints: retries.retryIgnorePreviousHosts ?? true,
  };
}

function policyOf(retryOn: string, attempts: number): RetryPolicy {
  const on = new Set(retryOn.split(',').map((part) => part.trim()));
  const codes = new Set([...on].filter((part) => /^\d+$/.test(part)).map(Number));
  const all5xx = on.has('5xx');
  const gatewayErrors = on.has('gateway-error');
  return {
    attempts,
    perTryTimeout: 0,
    backoff: 25,
    connectFailure: on.has('connect-failure') || all5xx || on.has('reset') || gatewayErrors,
    reset: on.has('reset') || all5xx || gatewayErrors,
    statuses: (status) =>
      (all5xx && status >= 500) ||
      (gatewayErrors && status >= 502 && status <= 504) ||
      (on.has('retriable-4xx') && status === 409) ||
      codes.has(status),
    otherEndpoints: true,
  };
}
