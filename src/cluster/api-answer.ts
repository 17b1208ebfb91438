import type { Status } from '../kubernetes/generated/meta-v1.js';
import { isRecord } from '../kubernetes/json.js';
import { apiVersionOf, type KubernetesObject, type Resource } from '../kubernetes/objects.js';
import { ApiError } from './api-error.js';

/** What came back is not what the API speaks: no JSON, no object, or one without metadata. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

/** Parses an answer's text. @throws MalformedAnswer */
export function parseJson(text: string, request: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MalformedAnswer(`${request}: the answer is not JSON: ${excerpt(text)}`, { cause });
  }
}

/**
 * An object of this resource out of an answer. Its inner fields are the server's word: it checked them against the schema
 * that the type was generated from. Items of lists come without kind and apiVersion, which are filled in.
 * @throws MalformedAnswer
 */
export function objectOf<T extends KubernetesObject>(resource: Resource<T>, value: unknown, request: string): T {
  if (!isRecord(value) || !isRecord(value['metadata'])) {
    throw new MalformedAnswer(`${request}: expected a ${resource.kind}, got ${excerpt(JSON.stringify(value) ?? 'nothing')}`);
  }
  if (typeof value['kind'] !== 'string' || value['kind'] === '') value['kind'] = resource.kind;
  if (typeof value['apiVersion'] !== 'string' || value['apiVersion'] === '') value['apiVersion'] = apiVersionOf(resource);
  return value as unknown as T;
}

/** The error in an answer that is not 2xx. @param now milliseconds since the epoch, for a `Retry-After` that is a date */
export function errorOf(
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  request: string,
  now: number,
): ApiError {
  const status = statusOf(answer.body) ?? plainStatus(answer.status, answer.body);
  return new ApiError(answer.status, status, request, retryAfter(answer.headers['retry-after'], now));
}

/** The error in an ERROR event of a watch. A version too old is 410, whatever code came with it. */
export function watchErrorOf(value: unknown, request: string): ApiError {
  const status: Status = isStatus(value) ? value : { status: 'Failure', message: 'the watch failed without saying why' };
  const gone = status.reason === 'Expired' || status.reason === 'Gone';
  return new ApiError(gone ? 410 : (status.code ?? 500), status, request);
}

function statusOf(body: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isStatus(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStatus(value: unknown): value is Status {
  return (
    isRecord(value) &&
    value['kind'] === 'Status' &&
    ['undefined', 'string'].includes(typeof value['message']) &&
    ['undefined', 'string'].includes(typeof value['reason']) &&
    ['undefined', 'number'].includes(typeof value['code']) &&
    (value['details'] === undefined || value['details'] === null || isRecord(value['details']))
  );
}

function plainStatus(code: number, body: string): Status {
  const text = excerpt(body);
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message: text === '' ? `HTTP ${code}` : `HTTP ${code}: ${text}` };
}

function retryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
