import { parseDuration } from '../../model/duration.js';
import type { MetricSource } from '../../model/policy/metric-sources.js';
import { isRecord } from '../../schema/json.js';
import type { Result } from '../conditions/condition.js';
import { NoReading } from '../reading.js';
import { blotted } from '../requesting/blotted.js';
import type { Requester } from '../requesting/requester.js';
import type { SecretReader } from '../requesting/secret-reader.js';
import { parseJsonPath, valueAt } from '../../model/json-path.js';

export type WebSettings = NonNullable<MetricSource['web']>;

export interface WebOptions {
  readonly settings: WebSettings;
  /** Where its Secrets are. */
  readonly namespace: string;
  /** How long all tries may take together, in milliseconds. */
  readonly within: number;
  readonly requester: Requester;
  readonly secrets: SecretReader;
}

/** A page that is fetched for its JSON. @throws RangeError for a path that is none */
export function createWebResult({ settings, namespace, within, requester, secrets }: WebOptions): (signal: AbortSignal) => Promise<Result> {
  const { url, method = 'GET', body, path } = settings;
  const way = parseJsonPath(path ?? '$');
  return async (signal) => {
    const headers = await Promise.all((settings.headers ?? []).map(async ({ name, value, from }) => ({ name: name.toLowerCase(), value: from ? await secrets.read(namespace, from, signal) : value ?? '', from })));
    const told = headers.flatMap(({ value, from }) => (from ? [value, value.replace(/^(?:bearer|basic|token)\s+/i, '')] : []));
    const answer = await requester.ask({
      url, method, ...(body === undefined ? {} : { body }), timeout: parseDuration(settings.timeout), within, repeatable: method !== 'POST', secrets: told,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...Object.fromEntries(headers.map(({ name, value }) => [name, value])) },
    }, signal);
    const { host, pathname } = new URL(url);
    const failed = (text: string): NoReading => new NoReading('failed', blotted(`${host}${pathname} ${text}`, told));
    if (answer.status === 401 || answer.status === 403) for (const { from } of headers) if (from) secrets.doubt(namespace, from.secret);
    if (answer.status < 200 || answer.status > 299) throw failed(`answered ${answer.status}${answer.text.trim() === '' ? '' : `: ${answer.text}`}`);
    const json = jsonOf(answer.text);
    if (json === undefined) throw failed(`answered with something that is no JSON: ${answer.text}`);
    const value = valueAt(json, way);
    if (value === undefined) throw failed(`has nothing at ${path ?? '$'}`);
    if (value === null) throw new NoReading('waiting', blotted(`${host}${pathname} has null at ${path ?? '$'}`, told));
    return withoutSecrets(value, told);
  };
}

/** Some pages send back what they were sent. Nothing that comes out of JSON.parse is lost. */
function withoutSecrets(value: unknown, told: readonly string[]): Result {
  if (typeof value === 'string') return told.some((secret) => value.includes(secret)) ? blotted(value, told) : value;
  if (Array.isArray(value)) return value.map((each) => withoutSecrets(each, told));
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutSecrets(each, told)]));
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
