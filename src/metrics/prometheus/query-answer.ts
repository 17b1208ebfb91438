import { isRecord } from '../../schema/json.js';
import { NoReading, type Series } from '../reading.js';

/** What Prometheus said of a query, before it is judged fit or stale. */
export interface QueryAnswer {
  /** The moment the query was evaluated at, by Prometheus' clock, in milliseconds. */
  readonly evaluatedAt: number;
  readonly series: readonly Series[];
  readonly warnings: readonly string[];
}

/** An answer with `status: error`, or one that is no answer of Prometheus. */
export class QueryRefused extends Error {
  /** As Prometheus names them, such as `bad_data` or `execution`; empty where it is not Prometheus that refused. */
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/**
 * Reads the answer of `/api/v1/query` (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries).
 * @throws QueryRefused, NoReading for a result that is neither vector nor scalar
 */
export function parseQueryAnswer(status: number, text: string): QueryAnswer {
  const body = jsonOf(text);
  if (isRecord(body) && body['status'] === 'error') throw new QueryRefused(textOf(body['errorType']), textOf(body['error']));
  if (status !== 200 || !isRecord(body) || body['status'] !== 'success' || !isRecord(body['data'])) throw new QueryRefused('', wordsForStatus(status));
  const { resultType, result } = body['data'];
  const warnings = Array.isArray(body['warnings']) ? body['warnings'].filter((each) => typeof each === 'string') : [];
  if (resultType === 'scalar') {
    const { at, value } = sampleOf(result);
    return { evaluatedAt: at, series: [{ labels: {}, value }], warnings };
  }
  if (resultType === 'matrix') throw new NoReading('failed', 'the query asks for a range; take off what is in [ ] at its end');
  if (resultType !== 'vector' || !Array.isArray(result)) throw new NoReading('failed', `the query gives a ${textOf(resultType)}; it must give numbers`);
  let evaluatedAt = 0;
  const series = result.map((each: unknown): Series => {
    if (!isRecord(each) || !isRecord(each['metric'])) throw new QueryRefused('', 'its answer holds something that is no series');
    if (each['value'] === undefined) throw new NoReading('failed', 'the query gives native histograms; ask for classic ones, by le');
    const { at, value } = sampleOf(each['value']);
    evaluatedAt = Math.max(evaluatedAt, at);
    return { labels: Object.fromEntries(Object.entries(each['metric']).map(([name, label]) => [name, textOf(label)])), value };
  });
  return { evaluatedAt, series, warnings };
}

function sampleOf(sample: unknown): { at: number; value: number } {
  const [at, value]: unknown[] = Array.isArray(sample) ? sample : [];
  if (typeof at !== 'number' || typeof value !== 'string') throw new QueryRefused('', 'its answer holds something that is no sample');
  return { at: Math.round(at * 1000), value: numberOf(value) };
}

/** Numbers as Prometheus writes them. */
function numberOf(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Infinity;
  return text === '-Inf' ? -Infinity : text === '' ? NaN : Number(text);
}

function wordsForStatus(status: number): string {
  if (status === 401 || status === 403) return `it answered ${status}: it takes no questions without the right token or basic`;
  if (status === 404) return 'it answered 404: nothing at this address answers as Prometheus does; does the address lack a path?';
  return status === 200 ? 'its answer is none of Prometheus' : `it answered ${status}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : String(value ?? ''));
