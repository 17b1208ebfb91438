import type { PolicyProblem } from '../../../model/policy-problem.js';
import { parseJsonPath } from '../../../model/json-path.js';
import { conditionFault } from '../conditions/condition.js';
import { schemaOfArgoKind } from '../custom-resources.js';
import { goDuration } from '../duration.js';
import type { AnalysisTemplate } from '../kinds/analysis.js';
import { providerNames, servedProviders, type AnalysisTemplateSpec, type ArgoMetric } from '../kinds/metrics.js';
import type { Path } from './known-objects.js';
import { checkSchema } from '../../conversion/schema-check.js';

/** Everything that keeps an AnalysisTemplate or ClusterAnalysisTemplate from being run, all at once. */
export function checkAnalysisTemplate(given: unknown, kind: 'AnalysisTemplate' | 'ClusterAnalysisTemplate'): PolicyProblem[] {
  const { problems, object } = checkSchema(given, schemaOfArgoKind(kind) ?? {});
  if (!object) return problems;
  // Its schema let it pass.
  const { spec } = object as unknown as AnalysisTemplate;
  const empty = (spec.metrics ?? []).length + (spec.templates ?? []).length === 0;
  return [
    ...problems,
    ...(empty ? [{ path: ['spec', 'metrics'], problem: 'it measures nothing.', remedy: 'Add a metric, or name other templates.' }] : []),
    ...checkMetrics(spec).map((problem) => ({ ...problem, path: ['spec', ...problem.path] })),
  ];
}

/** The same of the metrics of a spec, with places in it. @param defaults what counts where metrics do not say it */
export function checkMetrics(
  { metrics = [], args = [], dryRun = [] }: AnalysisTemplateSpec,
  defaults: { readonly prometheusAddress?: string | undefined; /** Arguments of templates that are run together with this one. */ readonly beside?: readonly string[] } = {},
): PolicyProblem[] {
  const names = [...args.map(({ name }) => name), ...(defaults.beside ?? [])];
  return [
    ...metrics.flatMap((metric, index) => [
      ...(metrics.findIndex(({ name }) => name === metric.name) < index ? [{ path: ['metrics', index, 'name'], problem: `metric ${metric.name} stands there twice.`, remedy: 'Rename one.' }] : []),
      ...checkMetric(metric, ['metrics', index], defaults.prometheusAddress),
      ...unfilled(metric, names, ['metrics', index]),
    ]),
    ...args.flatMap(({ name, value, valueFrom }, index) => (value !== undefined && valueFrom ? [{ path: ['args', index, 'valueFrom'], problem: `argument ${name} has a value already.`, remedy: 'Leave one of the two out.' }] : [])),
    ...dryRun.flatMap(({ metricName }, index) => (isPattern(metricName) ? [] : [{ path: ['dryRun', index, 'metricName'], problem: `"${metricName}" is no regular expression.`, remedy: 'Write the name, or .* for all.' }])),
  ];
}

/** Texts with arguments in them can only be looked at once they are filled in. */
const isTemplated = (text: string | number | undefined): boolean => typeof text === 'string' && text.includes('{{');

function checkMetric(metric: ArgoMetric, path: Path, prometheusAddress: string | undefined): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const say = (at: Path, problem: string, remedy: string): void => void problems.push({ path: [...path, ...at], problem, remedy });
  for (const field of ['interval', 'initialDelay'] as const) {
    const text = metric[field];
    if (text === undefined || isTemplated(text)) continue;
    const milliseconds = goDuration(text);
    if (milliseconds === undefined || milliseconds < 0) say([field], `"${text}" is no length of time.`, 'Write it as in 30s or 5m.');
  }
  const count = wholeOf(metric.count);
  if (count !== undefined && !isTemplated(metric.count)) {
    if (!Number.isInteger(count) || count < 0) say(['count'], `${JSON.stringify(metric.count)} is no number of measurements.`, 'Write a whole number.');
    else if (count > 1 && metric.interval === undefined) say(['interval'], 'is missing where there is more than one measurement.', 'Write the time between two of them, such as 30s.');
  }
  for (const [field, least] of [['failureLimit', -1], ['inconclusiveLimit', 0], ['consecutiveErrorLimit', 0], ['consecutiveSuccessLimit', 0]] as const) {
    const limit = wholeOf(metric[field]);
    if (limit !== undefined && !isTemplated(metric[field]) && (!Number.isInteger(limit) || limit < least)) say([field], `${JSON.stringify(metric[field])} is no limit.`, `Write a whole number from ${least} on.`);
  }
  problems.push(...limitProblems(metric, path));
  for (const field of ['successCondition', 'failureCondition'] as const) {
    const text = metric[field];
    if (text === undefined || text === '' || isTemplated(text)) continue;
    const fault = conditionFault(text);
    if (fault !== undefined) say([field], `is no condition that can be read: ${fault}.`, 'Write it over result, as in result[0] >= 0.95.');
  }
  return [...problems, ...providerProblems(metric, [...path, 'provider'], prometheusAddress)];
}

/** Limits that can never be reached, as Argo Rollouts refuses them too. */
function limitProblems(metric: ArgoMetric, path: Path): PolicyProblem[] {
  const [count, failures, successes, inconclusive] = [metric.count ?? 0, metric.failureLimit ?? 0, metric.consecutiveSuccessLimit ?? 0, metric.inconclusiveLimit ?? 0].map((value) => (isTemplated(value) ? NaN : Number(value)));
  if (count === undefined || failures === undefined || successes === undefined || inconclusive === undefined) return [];
  if (failures === -1 && successes === 0) return [{ path: [...path, 'failureLimit'], problem: 'nothing makes this metric fail.', remedy: 'Give a consecutiveSuccessLimit, or name the metric under dryRun.' }];
  const least = Math.max(Math.max(failures, 0) + successes, inconclusive);
  return count > 0 && count < least ? [{ path: [...path, 'count'], problem: `${count} measurements are too few for its limits.`, remedy: `Write at least ${least}: failureLimit and consecutiveSuccessLimit together, and no less than inconclusiveLimit.` }] : [];
}

const wholeOf = (value: number | string | undefined): number | undefined => (value === undefined ? undefined : typeof value === 'number' ? value : /^-?\d+$/.test(value) ? Number(value) : NaN);

function providerProblems({ provider }: ArgoMetric, path: Path, prometheusAddress: string | undefined): PolicyProblem[] {
  const named = providerNames.filter((name) => provider[name] !== undefined);
  const [first] = named;
  if (first === undefined || named.length > 1) return [{ path, problem: first === undefined ? 'names nobody who is asked.' : `names several: ${named.join(', ')}.`, remedy: `Write exactly one of ${servedProviders.join(', ')}.` }];
  if (!servedProviders.includes(first)) return [{ path: [...path, first], problem: `${first} is not asked by Serin.`, remedy: `It asks ${servedProviders.join(', ')}; what answers over HTTP with JSON can be asked by web.` }];
  const problems: PolicyProblem[] = [];
  const say = (at: Path, problem: string, remedy: string): void => void problems.push({ path: [...path, first, ...at], problem, remedy });
  const { prometheus, web, job, datadog } = provider;
  if (prometheus) {
    if ((prometheus.query ?? '') === '') say(['query'], 'is missing.', 'Write what Prometheus is asked.');
    if ((prometheus.address ?? '') === '' && prometheusAddress === undefined) say(['address'], 'is missing; nothing else says where Prometheus is.', 'Write its address, such as http://prometheus.monitoring:9090.');
    if (prometheus.authentication?.sigv4) say(['authentication', 'sigv4'], 'signatures of AWS are not made by Serin.', 'Ask by a proxy that signs, or by basicAuth or oauth2.');
    if ((prometheus.timeout ?? 1) < 0) say(['timeout'], `${prometheus.timeout} is below 0.`, 'Write seconds; 30 when absent.');
  }
  if (web) {
    if (!isTemplated(web.url) && !/^https?:\/\//.test(web.url)) say(['url'], `"${web.url}" is no URL.`, 'Write it with http:// or https://.');
    if (!['GET', 'POST', 'PUT'].includes(web.method ?? 'GET')) say(['method'], `${web.method} is none of GET, POST, PUT.`, 'Write one of them.');
    if (web.body !== undefined && web.jsonBody !== undefined) say(['jsonBody'], 'stands beside body.', 'Leave one of the two out.');
    if ((web.body !== undefined || web.jsonBody !== undefined) && (web.method ?? 'GET') === 'GET') say(['method'], 'a GET sends nothing.', 'Write POST or PUT, or leave the body out.');
    if (web.authentication?.sigv4) say(['authentication', 'sigv4'], 'signatures of AWS are not made by Serin.', 'Ask by a proxy that signs, or by oauth2.');
    const { jsonPath } = web;
    const fault = jsonPath === undefined || isTemplated(jsonPath) ? undefined : jsonPathFault(jsonPath);
    if (fault !== undefined) say(['jsonPath'], fault, 'Write it as in {$.data.ok}.');
  }
  if (job && (job.spec.template?.spec?.containers ?? []).length === 0) say(['spec', 'template'], 'is no Pod with containers.', 'Write spec.template.spec.containers.');
  if (datadog && (datadog.query === undefined) === (datadog.queries === undefined)) say([], 'asks for nothing, or for too much.', 'Write query, or queries with a formula.');
  if (datadog?.queries && Object.keys(datadog.queries).length > 1 && datadog.formula === undefined) say(['formula'], 'is missing where there are several queries.', 'Write what becomes of them.');
  return problems;
}

function jsonPathFault(text: string): string | undefined {
  try {
    parseJsonPath(text);
    return undefined;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}.`;
  }
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** Arguments that texts of a metric name and the template does not have. */
function unfilled(metric: ArgoMetric, names: readonly string[], path: Path): PolicyProblem[] {
  const used = new Set([...JSON.stringify(metric).matchAll(/\{\{\s*args\.([\w.-]+)\s*\}\}/g)].map(([, name = '']) => name));
  return [...used].filter((name) => !names.includes(name)).map((name) => ({ path, problem: `{{args.${name}}} names an argument that the template does not have.`, remedy: `Add ${name} to spec.args, or correct the name.` }));
}
