import { conditionFault } from '../../../model/condition-expression.js';
import type { Measure } from '../../../model/measure.js';
import type { MetricSource } from '../../../model/policy/metric-sources.js';
import { compileCondition } from '../conditions/condition.js';
import { ConditionError } from '../conditions/syntax.js';
import { toCel } from '../conditions/to-cel.js';
import { goDuration } from '../duration.js';
import type { ArgoMetric, PrometheusProvider, TemplateArgument, WebProvider } from '../kinds/metrics.js';
import { durationText, type ConversionNote, type Notes } from '../../conversion/notes.js';

/** How long Argo waits between measurements, and an answer, where nothing is said. */
const EVERY = 30_000;
/** More failures than there are ever measurements. */
const OUT_OF_REACH = 1_000_000;
type Path = ConversionNote['path'];

/** A metric as policies measure it, with how long it takes where it comes to an end. */
export interface ConvertedMeasure {
  readonly measure: Measure;
  /** Milliseconds; undefined for one that goes on. */
  readonly lasts: number | undefined;
}

/** What a metric of an AnalysisTemplate is measured by in a policy; undefined, and a note, where it has no equal. @param args with the values that the Rollout gives them */
export function convertMeasure(metric: ArgoMetric, args: readonly TemplateArgument[], path: Path, notes: Notes): ConvertedMeasure | undefined {
  const from = sourceOf(metric, args, path, notes);
  if (!from) return undefined;
  const conditions = conditionsOf(metric, path, notes);
  if (!conditions) return undefined;
  const interval = goDuration(resolved(metric.interval, args) ?? '');
  const delay = goDuration(resolved(metric.initialDelay, args) ?? '0');
  for (const field of ['interval', 'initialDelay', 'count', 'failureLimit', 'inconclusiveLimit', 'consecutiveErrorLimit', 'consecutiveSuccessLimit'] as const) {
    if (!String(metric[field] ?? '').includes('{{')) continue;
    const known = resolved(String(metric[field]), args) !== undefined;
    notes.add([...path, field], known ? 'A length of time or limit names no argument in a policy; it has its present value.' : 'Nothing gives a value to its argument; left out.');
  }
  const count = amount(metric.count, args) ?? (metric.interval === undefined ? 1 : undefined);
  const failureLimit = amount(metric.failureLimit, args);
  const inconclusiveLimit = amount(metric.inconclusiveLimit, args);
  const consecutiveErrorLimit = amount(metric.consecutiveErrorLimit, args);
  const consecutiveSuccessLimit = amount(metric.consecutiveSuccessLimit, args);
  const every = interval !== undefined && interval > 0 ? interval : EVERY;
  if (failureLimit === -1) notes.add([...path, 'failureLimit'], 'No number of failures takes a version back, which a policy says by a limit out of reach.');
  const limited = (limit: number | undefined): number | undefined => (limit !== undefined && limit >= 0 ? limit : undefined);
  return {
    measure: {
      condition: {
        ...conditions,
        every: durationText(every),
        ...(delay === undefined || delay <= 0 ? {} : { delay: durationText(delay) }),
        ...(count === undefined || count < 1 ? {} : { count }),
        ...present('failureLimit', failureLimit === -1 ? OUT_OF_REACH : limited(failureLimit)),
        ...present('inconclusiveLimit', limited(inconclusiveLimit)),
        ...present('consecutiveErrorLimit', limited(consecutiveErrorLimit)),
        ...(consecutiveSuccessLimit === undefined || consecutiveSuccessLimit < 1 || consecutiveSuccessLimit > (count ?? Infinity) ? {} : { consecutiveSuccessLimit }),
      },
      from,
    },
    lasts: count === undefined || count < 1 ? undefined : (delay ?? 0) + every * count,
  };
}

/** One field of an object, where it has a value. */
function present<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  // A computed key widens to a string.
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: V });
}

/** A text, or the value of the argument that it names; undefined where there is none. */
function resolved(text: string | undefined, args: readonly TemplateArgument[]): string | undefined {
  const name = /^\{\{\s*args\.([\w.-]+)\s*\}\}$/.exec(text ?? '')?.[1];
  return name === undefined ? text : args.find((each) => each.name === name)?.value;
}

/** A number, or that of the argument which is named. */
function amount(value: number | string | undefined, args: readonly TemplateArgument[]): number | undefined {
  if (value === undefined || typeof value === 'number') return value;
  const text = resolved(value, args);
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

function conditionsOf(metric: ArgoMetric, path: Path, notes: Notes): { success?: string; failure?: string } | undefined {
  if (metric.provider.job) return {};
  const result: { success?: string; failure?: string } = {};
  for (const [field, own] of [['successCondition', 'success'], ['failureCondition', 'failure']] as const) {
    const source = metric[field];
    if (source === undefined || source === '') continue;
    const cel = celOf(source, metric, [...path, field], notes);
    if (cel === undefined) return undefined;
    result[own] = cel;
  }
  if (result.success === undefined && result.failure === undefined) {
    notes.add(path, 'Without a condition every result is a success; a policy says so: success: true.');
    result.success = 'true';
  }
  return result;
}

function celOf(source: string, { provider }: ArgoMetric, path: Path, notes: Notes): string | undefined {
  // What an argument will be is not known yet; it stands for itself meanwhile.
  const names: string[] = [];
  const text = source.replace(/\{\{\s*args\.([\w.-]+)\s*\}\}/g, (_, name: string) => String(900_000_000 + names.push(name) - 1));
  try {
    const { cel, notes: own } = toCel(compileCondition(text).tree, { vector: provider.prometheus !== undefined });
    const filled = cel.replace(/9000000(\d\d)/g, (_, index: string) => `{{arguments.${names[Number(index)] ?? ''}}}`);
    for (const each of own) notes.add(path, each);
    const fault = conditionFault(cel);
    if (fault === undefined) return filled;
    notes.add(path, `The condition cannot be read as CEL (${fault}); the metric is left out.`);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    notes.add(path, `The condition has no equal in CEL: ${error.message}; the metric is left out.`);
  }
  return undefined;
}

const filledIn = (text: string): string => text.replace(/\{\{\s*args\.([\w.-]+)\s*\}\}/g, '{{arguments.$1}}');
const seconds = (value: number | undefined): string | undefined => (value === undefined || value <= 0 ? undefined : `${value}s`);

function sourceOf({ provider }: ArgoMetric, args: readonly TemplateArgument[], path: Path, notes: Notes): MetricSource | undefined {
  const { prometheus, web, job, datadog } = provider;
  const at = [...path, 'provider'];
  if (prometheus) return { prometheus: prometheusSource(prometheus, args, [...at, 'prometheus'], notes) };
  if (web) return { web: webSource(web, args, [...at, 'web'], notes) };
  if (job) {
    notes.when(job.metadata, [...at, 'job', 'metadata'], 'Jobs of a policy are named and labelled by Serin.');
    return { job: { template: { spec: withArguments(job.spec) }, timeout: '10m' } };
  }
  if (datadog?.query !== undefined) {
    const secret = datadog.secretRef?.name ?? 'datadog';
    notes.add([...at, 'datadog'], `Keys are read from Secret ${secret} in the namespace of the policy, under api-key and app-key; the newest point of the last five minutes is taken.`);
    return { datadog: { value: filledIn(datadog.query), every: '15s', timeout: '10s', apiKey: { secret, key: 'api-key' }, applicationKey: { secret, key: 'app-key' } } };
  }
  notes.add(at, 'This provider has no equal; the metric is left out.');
  return undefined;
}

/** Texts at any depth with the arguments under their names in policies. */
function withArguments<T>(value: T): T {
  // Only texts become other texts.
  return JSON.parse(JSON.stringify(value), (_key, each: unknown) => (typeof each === 'string' ? filledIn(each) : each)) as T;
}

function prometheusSource({ address = '', query = '', timeout, insecure, headers = [], rangeQuery, authentication }: PrometheusProvider, args: readonly TemplateArgument[], path: Path, notes: Notes): NonNullable<MetricSource['prometheus']> {
  notes.when(insecure, [...path, 'insecure'], 'Certificates are always looked at; write those that are trusted into a Secret and name it under ca.');
  notes.when(rangeQuery, [...path, 'rangeQuery'], 'Only the newest value is asked for; use a function over time in the query, such as avg_over_time.');
  if (authentication) notes.add([...path, 'authentication'], 'Names and passwords come from Secrets: write them under basic, or a token under token.');
  const token = tokenOf(headers, args);
  headers.forEach(({ key }, index) => {
    if (!(token && key.toLowerCase() === 'authorization')) notes.add([...path, 'headers', index], `Header ${key} has no equal; of headers only a bearer token is sent.`);
  });
  return { address: filledIn(address), value: filledIn(query.trim()), every: '5s', timeout: seconds(timeout) ?? '10s', ...(token ? { token } : {}) };
}

function tokenOf(headers: readonly { key: string; value: string }[], args: readonly TemplateArgument[]): { secret: string; key: string } | undefined {
  const value = headers.find(({ key }) => key.toLowerCase() === 'authorization')?.value ?? '';
  return secretOf(/^Bearer\s+(.*)$/.exec(value)?.[1] ?? '', args);
}

/** The Secret that a text is filled in from, where it is nothing but that. */
function secretOf(text: string, args: readonly TemplateArgument[]): { secret: string; key: string } | undefined {
  const name = /^\{\{\s*args\.([\w.-]+)\s*\}\}$/.exec(text.trim())?.[1];
  const reference = args.find((each) => each.name === name)?.valueFrom?.secretKeyRef;
  return reference && { secret: reference.name, key: reference.key };
}

function webSource({ url, method, headers = [], body, jsonBody, timeoutSeconds, jsonPath, insecure, authentication }: WebProvider, args: readonly TemplateArgument[], path: Path, notes: Notes): NonNullable<MetricSource['web']> {
  notes.when(insecure, [...path, 'insecure'], 'Certificates are always looked at.');
  if (authentication) notes.add([...path, 'authentication'], 'Write a header whose value comes from a Secret.');
  const sent = headers.flatMap(({ key, value }, index): NonNullable<NonNullable<MetricSource['web']>['headers']> => {
    const secret = secretOf(value, args);
    if (secret) return [{ name: key, from: secret }];
    const mixed = args.find((each) => each.valueFrom?.secretKeyRef && new RegExp(`\\{\\{\\s*args\\.${each.name.replace(/[.-]/g, '\\$&')}\\s*\\}\\}`).test(value));
    if (!mixed) return [{ name: key, value: filledIn(value) }];
    notes.add([...path, 'headers', index], `The whole value of a header comes from a Secret: write "${value.replace(/\{\{.*\}\}/, '…')}" into one, and name it here under from. The header is left out.`);
    return [];
  });
  const text = body ?? (jsonBody === undefined ? undefined : JSON.stringify(jsonBody));
  const place = jsonPath === undefined || /^\{?\$?\}?$/.test(jsonPath.trim()) ? undefined : filledIn(jsonPath);
  return {
    url: filledIn(url),
    ...(method === 'GET' || method === 'POST' || method === 'PUT' ? { method } : {}),
    ...(sent.length === 0 ? {} : { headers: sent }),
    ...(text === undefined ? {} : { body: filledIn(text) }),
    ...(place === undefined ? {} : { path: place }),
    timeout: seconds(timeoutSeconds) ?? '10s',
  };
}
