import type { Duplex } from 'node:stream';
import type { FailureStatus } from '../../../kubernetes/status.js';

/** What the server answers to one request. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | AsyncIterable<string>;
  /** With status 101: takes over the connection, and resolves when it has ended and nothing is left of it. */
  readonly serveUpgraded?: (connection: Duplex) => Promise<void>;
}

/** Ends a request with a failure. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly status: FailureStatus;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: FailureStatus, headers: Readonly<Record<string, string>> = {}) {
    super(status.message);
    this.status = status;
    this.headers = headers;
  }
}

/** @returns never; lets a failure stand where a value is expected */
export function fail(status: FailureStatus): never {
  throw new ApiFailure(status);
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** A value as JSON, with a line end like the real server's. */
export function jsonAnswer(status: number, value: unknown): Answer {
  return { status, headers: JSON_TYPE, body: `${JSON.stringify(value)}\n` };
}

/** What is said of something done of which there is no object to show. */
export function doneAnswer(): Answer {
  return jsonAnswer(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

/** Plain text, as paths that are no resources answer. */
export function textAnswer(status: number, text: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: text };
}

/** A failure as an answer; 429 and its like say when to come again. */
export function failureAnswer(status: FailureStatus, headers: Readonly<Record<string, string>> = {}): Answer {
  const wait = status.details?.retryAfterSeconds;
  const answer = jsonAnswer(status.code, status);
  return { ...answer, headers: { ...answer.headers, ...(wait === undefined ? {} : { 'retry-after': String(wait) }), ...headers } };
}
