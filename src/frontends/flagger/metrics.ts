import type { Metric } from '../../model/policy/analysis.js';
import { parseDuration } from '../../model/duration.js';
import { metricName, type ConversionNote, type Notes } from '../conversion/notes.js';
import type { Canary, CanaryAnalysis, CanaryMetric, FlaggerMetricTemplate } from './canary.js';

type Path = ConversionNote['path'];

/** The metrics of a Canary as those of a policy. */
export function convertMetrics(canary: Canary, { metrics = [], threshold = 1, interval = '60s' }: CanaryAnalysis, templates: readonly FlaggerMetricTemplate[], path: Path, notes: Notes): Metric[] {
  const failureLimit = Math.max(0, Math.round(threshold) - 1);
  const made = metrics.flatMap((metric, index): Metric[] => {
    const at = [...path, 'metrics', index];
    const own = builtIn(metric, at, notes) ?? measured(canary, metric, templates, { failureLimit, every: metric.interval ?? interval }, at, notes);
    return own ? [own] : [];
  });
  return made.filter((metric, index) => made.findIndex(({ name }) => name === metric.name) === index);
}

function builtIn({ name, thresholdRange, threshold }: CanaryMetric, path: Path, notes: Notes): Metric | undefined {
  if (name === 'request-success-rate') {
    const least = thresholdRange?.min ?? threshold;
    if (least === undefined) return { name, errorRate: {} };
    const most = Math.round((100 - least) * 1000) / 1000;
    if (most > 0 && most < 100) return { name, errorRate: { below: `${most}%` } };
    notes.add(path, `Of ${least} % nothing can be promised; failed requests are compared with those of stable.`);
    return { name, errorRate: {} };
  }
  if (name !== 'request-duration') return undefined;
  const most = thresholdRange?.max ?? threshold;
  return { name, latency: { percentile: 'p99', ...(most === undefined || most <= 0 ? {} : { below: `${most}ms` }) } };
}

function measured(canary: Canary, metric: CanaryMetric, templates: readonly FlaggerMetricTemplate[], { failureLimit, every }: { failureLimit: number; every: string }, path: Path, notes: Notes): Metric | undefined {
  const { templateRef, thresholdRange, threshold, query: own } = metric;
  const namespace = canary.metadata.namespace ?? 'default';
  const template = templateRef && templates.find(({ metadata }) => metadata.name === templateRef.name && (metadata.namespace ?? namespace) === (templateRef.namespace ?? namespace));
  if (templateRef && !template) {
    notes.add([...path, 'templateRef'], `MetricTemplate ${templateRef.name} is not among the files, so what it measures is left out: convert both together.`);
    return undefined;
  }
  const type = template?.spec.provider?.type ?? 'prometheus';
  if (type !== 'prometheus') {
    notes.add([...path, 'templateRef'], `Provider ${type} of MetricTemplate ${templateRef?.name ?? ''} has no equal here; the metric is left out.`);
    return undefined;
  }
  const address = template?.spec.provider?.address ?? canary.spec.metricsServer;
  const query = template?.spec.query ?? own;
  if (query === undefined || address === undefined) {
    notes.add(path, query === undefined ? `Metric ${metric.name} is known to Flagger alone; the metric is left out.` : `Nothing says where Prometheus is; metric ${metric.name} is left out.`);
    return undefined;
  }
  notes.when(template?.spec.provider?.secretRef, path, `Write the key of Secret ${template?.spec.provider?.secretRef?.name ?? ''} under token or basic.`);
  const filled = fillIn(query, canary, metric, every);
  if (/-primary\b/.test(filled)) notes.add(path, `The query of ${metric.name} names -primary, which is no more: stable runs under the name of the Deployment. Write {{stable}} and {{canary}} for the ReplicaSets of the two versions.`);
  const unknown = /\{\{[^}]*\}\}/.exec(filled)?.[0];
  if (unknown !== undefined) {
    notes.add(path, `${unknown} in the query of ${metric.name} cannot be filled in; the metric is left out.`);
    return undefined;
  }
  const bounds = [...(thresholdRange?.min === undefined ? [] : [`result >= ${thresholdRange.min}`]), ...(thresholdRange?.max === undefined ? [] : [`result <= ${thresholdRange.max}`])];
  if (bounds.length === 0 && threshold !== undefined) bounds.push(`result <= ${threshold}`);
  if (bounds.length === 0) notes.add(path, `Metric ${metric.name} has no bounds: every result is a success.`);
  notes.add(path, 'No result is waited for; Flagger counts it as a failed check.');
  return { name: metricName(metric.name), condition: { success: bounds.join(' && ') || 'true', every: everyText(every), failureLimit }, from: { prometheus: { address, value: filled.trim(), every: '5s', timeout: '10s' } } };
}

function everyText(text: string): string {
  try {
    return parseDuration(text) > 0 ? text : '1m';
  } catch {
    return '1m';
  }
}

/** Flagger's names in double braces are known beforehand but for one release to the next nothing of them changes. */
function fillIn(query: string, { metadata, spec }: Canary, { templateVariables = {} }: CanaryMetric, interval: string): string {
  const values: Readonly<Record<string, string>> = {
    name: metadata.name ?? '', namespace: metadata.namespace ?? 'default', target: spec.targetRef.name, service: spec.service.name ?? spec.targetRef.name, ingress: spec.ingressRef?.name ?? '', interval,
  };
  return query.replace(/\{\{-?\s*(?:variables\.([\w-]+)|(\w+))\s*-?\}\}/g, (whole, variable: string | undefined, name: string | undefined) => (variable !== undefined ? templateVariables[variable] : values[name ?? '']) ?? whole);
}
