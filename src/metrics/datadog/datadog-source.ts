import { parseDuration } from '../../model/duration.js';
import type { MetricSource } from '../../model/policy/metric-sources.js';
import type { Clock } from '../../ports/clock.js';
import { isRecord } from '../../schema/json.js';
import { NoReading, type QuerySource, type Series } from '../reading.js';
import { blotted } from '../requesting/blotted.js';
import type { Requester } from '../requesting/requester.js';
import type { SecretReader } from '../requesting/secret-reader.js';

export interface DatadogOptions {
  readonly settings: NonNullable<MetricSource['datadog']>;
  /** Where its Secrets are. */
  readonly namespace: string;
  readonly requester: Requester;
  readonly secrets: SecretReader;
  readonly clock: Clock;
  /**
   * Where the time that is asked for begins, in milliseconds since the epoch; five minutes ago when absent. Datadog keeps increases of
   * counters; their cumsum() over a time that always begins at the same moment is a raw counter again.
   */
  readonly since?: number;
}

const LOOK_BACK = 5 * 60_000;

/** Asks Datadog: https://docs.datadoghq.com/api/latest/metrics/query-timeseries-points/ (v1). */
export function createDatadogSource({ settings, namespace, requester, secrets, clock, since }: DatadogOptions): QuerySource {
  const { address = 'https://api.datadoghq.com', apiKey, applicationKey, podTag = 'pod_name' } = settings;
  const highest = new Map<string, number>();
  const [timeout, every] = [parseDuration(settings.timeout), parseDuration(settings.every)];
  return async (query, signal) => {
    const now = clock.now();
    const keys = await Promise.all([secrets.read(namespace, apiKey, signal), secrets.read(namespace, applicationKey, signal)]);
    const asked = new URLSearchParams({ from: seconds(since ?? now - LOOK_BACK), to: seconds(now), query });
    const { status, text } = await requester.ask({
      url: `${address.replace(/\/+$/, '')}/api/v1/query?${asked.toString()}`, method: 'GET', headers: { 'dd-api-key': keys[0], 'dd-application-key': keys[1] },
      timeout, within: Math.max(timeout, every), repeatable: true, secrets: keys,
    }, signal);
    if (status === 401 || status === 403) for (const key of [apiKey, applicationKey]) secrets.doubt(namespace, key.secret);
    const body = jsonOf(text);
    if (status !== 200 || body['status'] === 'error' || !Array.isArray(body['series'])) {
      throw new NoReading('failed', blotted(`Datadog answered ${status}: ${String(body['error'] ?? body['errors'] ?? (text === '' ? 'nothing' : text))}`, keys));
    }
    const series = body['series'].flatMap((each: unknown) => newest(each, podTag));
    if (series.length === 0) throw new NoReading('waiting', 'the query has no result yet');
    return { at: Math.max(...series.map(({ at }) => at)), series: since === undefined ? series : series.map((each) => neverFalling(query, each, highest)) };
  };
}

/** The newest point that has a value, with its tags as labels; a histogram's bucket has its edge in the tag upper_bound. */
function newest(series: unknown, podTag: string): (Series & { at: number })[] {
  if (!isRecord(series)) return [];
  const [points, tags] = [series['pointlist'], series['tag_set']].map((each): unknown[] => (Array.isArray(each) ? each : []));
  const point = points?.filter((each): each is [number, number] => Array.isArray(each) && typeof each[0] === 'number' && typeof each[1] === 'number').reduce<[number, number] | undefined>((best, each) => (best && best[0] > each[0] ? best : each), undefined);
  if (!point) return [];
  const names: Readonly<Record<string, string>> = { [podTag]: 'pod', upper_bound: 'le' };
  const labels = Object.fromEntries((tags ?? []).map(String).map((tag) => {
    const colon = tag.indexOf(':');
    const name = colon < 0 ? tag : tag.slice(0, colon);
    return [names[name] ?? name, colon < 0 ? '' : tag.slice(colon + 1)];
  }));
  return [{ labels, value: point[1], at: point[0] }];
}

/** A longer time comes in coarser pieces, so that a sum may come out a little smaller: no new beginning of the counter. */
function neverFalling(query: string, series: Series, highest: Map<string, number>): Series {
  const id = `${query} ${JSON.stringify(series.labels)}`;
  const value = Math.max(series.value, highest.get(id) ?? 0);
  highest.set(id, value);
  return { ...series, value };
}

const seconds = (milliseconds: number): string => String(Math.floor(milliseconds / 1000));

function jsonOf(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    return isRecord(json) ? json : {};
  } catch {
    return {};
  }
}
