import type { Value } from '../../../../frontends/argo/conditions/syntax.js';
import { goDuration } from '../../../../frontends/argo/duration.js';
import type { DatadogProvider } from '../../../../frontends/argo/kinds/metrics.js';
import { isRecord } from '../../../../kubernetes/json.js';
import type { Question, Requester } from '../../../../metrics/requesting/requester.js';
import type { Clock } from '../../../../ports/clock.js';
import { NotMeasured, type Measured, type Provider } from './provider.js';
import { objectInJson } from './json-text.js';

/** Milliseconds. */
const TIMEOUT = 10_000;
const LOOK_BACK = 5 * 60_000;
const ADDRESS = 'https://api.datadoghq.com';
/** The Secret, where the metric names none. */
const SECRET = 'datadog';

export interface DatadogOptions {
  readonly requester: Requester;
  readonly clock: Clock;
  /** Where Secrets are that are not in the namespace of the run. */
  readonly sharedNamespace: string;
  /** The keys of a Secret as they are now. @throws NotMeasured */
  readonly readSecret: (namespace: string, name: string, signal: AbortSignal) => Promise<Readonly<Record<string, string>>>;
}

/** Asks Datadog: https://docs.datadoghq.com/api/latest/metrics/, v1 for points of one query, v2 for one number of several. */
export function datadogProvider({ requester, clock, sharedNamespace, readSecret }: DatadogOptions): Provider {
  return async ({ run, metric, secrets }, signal) => {
    const settings = metric.provider.datadog;
    if (!settings) throw new NotMeasured('it does not ask Datadog');
    const { name = SECRET, namespaced = false } = settings.secretRef ?? {};
    const namespace = namespaced ? (run.metadata.namespace ?? '') : sharedNamespace;
    const data = await readSecret(namespace, name, signal);
    const [apiKey = '', appKey = '', address = ADDRESS] = [data['api-key'], data['app-key'], data['address']];
    if (apiKey === '' || appKey === '') throw new NotMeasured(`Secret ${name} in ${namespace} has no keys api-key and app-key`);
    secrets.add(apiKey).add(appKey);
    const { status, text } = await requester.ask({
      ...questionOf(settings, address.replace(/\/+$/, ''), clock.now()),
      timeout: goDuration(settings.requestTimeout ?? '') ?? TIMEOUT, within: 0, repeatable: true, secrets: [...secrets],
      headers: { 'content-type': 'application/json', 'dd-api-key': apiKey, 'dd-application-key': appKey },
    }, signal);
    const body = objectInJson(text);
    if (status !== 200 || body === undefined) throw new NotMeasured(`Datadog answered ${status}${status === 401 || status === 403 ? ': it does not take the keys' : ''}${errorOf(body)}`);
    if (errorOf(body) !== '') throw new NotMeasured(`Datadog refuses the query${errorOf(body)}`);
    return settings.apiVersion === 'v2' ? scalarOf(body) : pointOf(body);
  };
}

function questionOf({ query = '', queries, formula = '', aggregator = '', interval = '', apiVersion = 'v1' }: DatadogProvider, address: string, now: number): Pick<Question, 'url' | 'method' | 'body'> {
  const lookBack = interval === '' ? LOOK_BACK : goDuration(interval);
  if (lookBack === undefined || lookBack <= 0) throw new NotMeasured(`"${interval}" is no length of time; write it as in 5m`);
  const [from, to] = [now - lookBack, now].map((each) => Math.floor(each / 1000));
  if (apiVersion === 'v1') {
    if (query === '') throw new NotMeasured('version v1 takes one query; write query, or apiVersion: v2');
    return { method: 'GET', url: `${address}/api/v1/query?${new URLSearchParams({ query, from: String(from), to: String(to) }).toString()}` };
  }
  if (apiVersion !== 'v2') throw new NotMeasured(`there is no version ${apiVersion}; write v1 or v2`);
  const all = queries ?? { query };
  return {
    method: 'POST', url: `${address}/api/v2/query/scalar`,
    body: JSON.stringify({
      data: {
        type: 'scalar_request',
        attributes: {
          from: (from ?? 0) * 1000, to: (to ?? 0) * 1000,
          queries: Object.entries(all).map(([name, text]) => ({ data_source: 'metrics', name, query: text, aggregator: aggregator === '' ? 'last' : aggregator })),
          formulas: formula === '' ? [] : [{ formula }],
        },
      },
    }),
  };
}

/** The newest point of the first series; nil where there is none. */
function pointOf({ series }: Record<string, unknown>): Measured {
  const first: unknown = Array.isArray(series) ? series[0] : undefined;
  const points: unknown = isRecord(first) ? first['pointlist'] : undefined;
  const last: unknown = Array.isArray(points) ? points.at(-1) : undefined;
  if (last === undefined) return { result: null, value: '[]' };
  const value: unknown = Array.isArray(last) ? last[1] : undefined;
  return shown(typeof value === 'number' ? value : null);
}

/** The first column of numbers; nil where there is none. */
function scalarOf({ data }: Record<string, unknown>): Measured {
  const attributes: unknown = isRecord(data) ? data['attributes'] : undefined;
  const columns: unknown = isRecord(attributes) ? attributes['columns'] : undefined;
  const column: unknown = Array.isArray(columns) ? columns.find((each: unknown) => isRecord(each) && each['type'] !== 'group') : undefined;
  const values: unknown = isRecord(column) ? column['values'] : undefined;
  const value: unknown = Array.isArray(values) ? values[0] : undefined;
  return value === undefined ? { result: null, value: '[]' } : shown(typeof value === 'number' ? value : null);
}

const shown = (result: Value): Measured => ({ result, value: JSON.stringify(result) });

function errorOf(body: Record<string, unknown> | undefined): string {
  const said: unknown = body?.['error'] ?? body?.['errors'];
  const text = Array.isArray(said) ? said.map(String).join('; ') : typeof said === 'string' ? said : '';
  return text === '' ? '' : `: ${text}`;
}
