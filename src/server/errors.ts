import { ApiError } from '../cluster/api-error.js';
import { CredentialError } from '../cluster/credentials.js';
import { TransportError } from '../cluster/transport-error.js';

/** What an answer that is no success says. Stable. */
export const ERROR_CODES = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'csrf',
  'wrong_host',
  'not_found',
  'method_not_allowed',
  'conflict',
  'too_large',
  'unsupported_media_type',
  'too_many_requests',
  'internal',
  'unavailable',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** An answer that is no success: its message is one sentence that names the remedy and may be read by anybody. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly code: ErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: ErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** 400: the request itself is wrong. */
export const invalid = (message: string): HttpError => new HttpError(400, 'invalid', message);
/** 401: nobody is known to make this request. */
export const unauthenticated = (message = 'Nobody is signed in: sign in on the page, or send "Authorization: Bearer <token>".'): HttpError =>
  new HttpError(401, 'unauthenticated', message, { 'www-authenticate': 'Bearer realm="serin"' });
/** 403: the person is known and may not. */
export const forbidden = (message: string): HttpError => new HttpError(403, 'forbidden', message);
/** 404: there is no such thing, or none that this person may see. */
export const notFound = (message: string): HttpError => new HttpError(404, 'not_found', message);
/** 409: it changed meanwhile, or its state refuses this. */
export const conflict = (message: string): HttpError => new HttpError(409, 'conflict', message);
/** 503: the cluster cannot be reached. */
export const unavailable = (message: string, retryAfterSeconds = 5): HttpError => new HttpError(503, 'unavailable', message, { 'retry-after': String(retryAfterSeconds) });

/** 429. @param seconds until the next try makes sense */
export const tooMany = (message: string, seconds: number): HttpError => new HttpError(429, 'too_many_requests', message, { 'retry-after': String(Math.max(1, Math.ceil(seconds))) });

/**
 * The answer for whatever was thrown: what the cluster refused stays refused with its own words, and a cluster that cannot be
 * reached is 503. Anything else is a fault of this program and says nothing of its inside.
 */
export function httpErrorOf(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof ApiError) return apiErrorAnswer(error);
  if (error instanceof TransportError || error instanceof CredentialError) return unavailable('The cluster cannot be reached at the moment; try again in a few seconds.');
  return new HttpError(500, 'internal', 'This is a fault of the server: look for the request id in its log.');
}

function apiErrorAnswer(error: ApiError): HttpError {
  const said = sentence(error.status.message ?? error.message);
  switch (error.code) {
    case 400:
    case 422:
      return invalid(said);
    case 401:
      return unauthenticated('The cluster does not take this identity any more: sign in again.');
    case 403:
      return forbidden(said);
    case 404:
      return notFound(said);
    case 409:
      return conflict(error.reason === 'AlreadyExists' ? said : 'Somebody changed it meanwhile: look at it anew and try again.');
    case 429:
      return tooMany('The cluster has too much to do at the moment: try again in a few seconds.', error.retryAfterSeconds ?? 1);
    default:
      return unavailable('The cluster cannot answer at the moment; try again in a few seconds.', error.retryAfterSeconds);
  }
}

/** What the cluster said, as one sentence. */
function sentence(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
