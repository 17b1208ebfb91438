import { goDuration } from '../../../../frontends/argo/duration.js';
import type { PrometheusProvider } from '../../../../frontends/argo/kinds/metrics.js';
import { isRecord } from '../../../../kubernetes/json.js';
import type { Question, Requester } from '../../../../metrics/requesting/requester.js';
import type { Clock } from '../../../../ports/clock.js';
import type { Accesses } from './authentication.js';
import { NotMeasured, type Measured, type Provider } from './provider.js';
import { rangeTime } from './range-time.js';

/** Seconds. */
const TIMEOUT = 30;

/** Asks Prometheus, at one moment or over a range: https://prometheus.io/docs/prometheus/latest/querying/api/. */
export function prometheusProvider({ requester, accesses, clock }: { readonly requester: Requester; readonly accesses: Accesses; readonly clock: Clock }): Provider {
  return async ({ metric, secrets }, signal) => {
    const settings = metric.provider.prometheus;
    if (!settings) throw new NotMeasured('it does not ask Prometheus');
    const access = await accesses.headersFor(settings.authentication, secrets, signal);
    const timeout = (settings.timeout ?? TIMEOUT) * 1000 || TIMEOUT * 1000;
    const question: Question = {
      ...questionOf(settings, clock.now()),
      // A POST, so that long queries fit; Prometheus changes nothing by it.
      method: 'POST', timeout, within: 0, repeatable: true, insecure: settings.insecure ?? false, secrets: [...secrets],
      headers: { ...Object.fromEntries((settings.headers ?? []).map(({ key, value }) => [key.toLowerCase(), value])), ...access, 'content-type': 'application/x-www-form-urlencoded' },
    };
    const { status, text } = await requester.ask(question, signal);
    if (status === 401 || status === 403) accesses.doubt(settings.authentication);
    return { ...readAnswer(status, text), metricMetadata: { ResolvedPrometheusQuery: settings.query ?? '' } };
  };
}

function questionOf({ address = '', query = '', rangeQuery }: PrometheusProvider, now: number): Pick<Question, 'url' | 'body'> {
  const api = `${address.replace(/\/+$/, '')}/api/v1`;
  if (!rangeQuery) return { url: `${api}/query`, body: new URLSearchParams({ query, time: String(now / 1000) }).toString() };
  const [start, end] = [rangeQuery.start ?? '', rangeQuery.end ?? ''].map((text) => ({ text, time: rangeTime(text, now) }));
  for (const each of [start, end]) if (each?.time === undefined) throw new NotMeasured(`"${each?.text ?? ''}" is no moment; write it as in now() - duration('5m')`);
  const step = goDuration(rangeQuery.step ?? '');
  if (step === undefined || step <= 0) throw new NotMeasured(`"${rangeQuery.step ?? ''}" is no step; write it as in 1m`);
  return { url: `${api}/query_range`, body: new URLSearchParams({ query, start: String((start?.time ?? 0) / 1000), end: String((end?.time ?? 0) / 1000), step: String(step / 1000) }).toString() };
}

/** The numbers of an answer: one for a scalar, a list for anything else. @throws NotMeasured */
function readAnswer(status: number, text: string): Measured {
  const body = jsonOf(text);
  if (isRecord(body) && body['status'] === 'error') throw new NotMeasured(`Prometheus refuses the query: ${String(body['errorType'] ?? '')}: ${String(body['error'] ?? '')}`);
  const data = isRecord(body) && body['status'] === 'success' ? body['data'] : undefined;
  if (status !== 200 || !isRecord(data)) throw new NotMeasured(`Prometheus answered ${status} with something that is no answer of its API`);
  const { resultType, result } = data;
  const metadata = warningsOf(body);
  if (resultType === 'scalar') {
    const value = sampleOf(result);
    return { result: numberOf(value), value, ...metadata };
  }
  if ((resultType !== 'vector' && resultType !== 'matrix') || !Array.isArray(result)) throw new NotMeasured(`the query gives a ${String(resultType)}; it must give numbers`);
  const values = result.flatMap((series: unknown) => {
    const samples: unknown = isRecord(series) ? (resultType === 'vector' ? [series['value']] : series['values']) : undefined;
    if (!Array.isArray(samples) || samples.includes(undefined)) throw new NotMeasured('the query gives histograms; it must give numbers');
    return samples.map(sampleOf);
  });
  return { result: values.map(numberOf), value: `[${values.join(',')}]`, ...metadata };
}

function warningsOf(body: unknown): Pick<Measured, 'metadata'> {
  const warnings: unknown = isRecord(body) ? body['warnings'] : undefined;
  if (!Array.isArray(warnings) || warnings.length === 0) return {};
  return { metadata: { warnings: warnings.map((each) => JSON.stringify(String(each))).join(', ') } };
}

function sampleOf(sample: unknown): string {
  const value: unknown = Array.isArray(sample) ? sample[1] : undefined;
  if (typeof value !== 'string') throw new NotMeasured('the answer of Prometheus holds something that is no sample');
  return value;
}

const numberOf = (text: string): number => (text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
