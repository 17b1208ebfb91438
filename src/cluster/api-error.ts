import type { Status } from '../kubernetes/generated/meta-v1.js';

/** An answer of the API server that is not a success, or an ERROR event of a watch. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status, such as 409. */
  readonly code: number;
  /** Machine-readable cause, such as `Conflict`, `AlreadyExists` or `NotFound`; empty when the server gave none. */
  readonly reason: string;
  readonly status: Status;
  /** Seconds to wait before the next try, from `Retry-After` or `details.retryAfterSeconds`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: number, status: Status, request: string, retryAfterSeconds?: number) {
    super(`${request}: ${status.message ?? `HTTP ${code}`}`);
    this.code = code;
    this.reason = status.reason ?? '';
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds ?? status.details?.retryAfterSeconds;
  }
}

const hasCode = (error: unknown, code: number): error is ApiError => error instanceof ApiError && error.code === code;

export const isForbidden = (error: unknown): error is ApiError => hasCode(error, 403);
export const isNotFound = (error: unknown): error is ApiError => hasCode(error, 404);
export const isConflict = (error: unknown): error is ApiError => hasCode(error, 409);
export const isGone = (error: unknown): error is ApiError => hasCode(error, 410);
export const isInvalid = (error: unknown): error is ApiError => hasCode(error, 422);
