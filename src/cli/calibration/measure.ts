import type { Analysis, Metric } from '../../model/policy/analysis.js';
import { shareOut } from '../../statistics/budget.js';
import { defaultConfidence, defaultRateSettings, type Confidence, type RateSettings } from '../../statistics/rate-settings.js';
import { CliError } from '../errors.js';

/** What is judged where a policy names no metrics. */
export const DEFAULT_METRICS: readonly Metric[] = [{ name: 'errors', errorRate: {} }, { name: 'latency', latency: {} }];

/** A metric as it is to be calibrated. */
export interface Measure {
  readonly name: string;
  readonly settings: RateSettings;
  /** Its part of what the policy promises. */
  readonly confidence: Confidence;
  /** Where Pods are asked, where the metric says so. */
  readonly scrape: NonNullable<NonNullable<Metric['from']>['scrape']> | undefined;
}

/**
 * What a policy promises of one of its metrics.
 * @param name undefined for the first error rate that is compared with stable
 * @throws CliError for a metric that is not there, or that is not compared with stable by counts of Pods
 */
export function measureOf(analysis: Analysis | undefined, name: string | undefined): Measure {
  const metrics = analysis?.metrics ?? DEFAULT_METRICS;
  const metric = name === undefined ? metrics.find((each) => objectionTo(each) === undefined) : metrics.find((each) => each.name === name);
  const names = metrics.map((each) => each.name).join(', ');
  if (!metric) throw new CliError(name === undefined ? `none of the metrics (${names}) is an error rate that Pods are asked for and that is compared with stable; only such can be calibrated.` : `the policy has no metric "${name}". It has ${names}.`);
  const objection = objectionTo(metric);
  if (objection !== undefined) throw new CliError(`metric ${metric.name} cannot be calibrated: ${objection}`);
  const { worseBy, acceptBelow } = metric.errorRate ?? {};
  const negligible = partOf(metric.errorRate?.negligible, defaultRateSettings.negligible);
  const whole: Confidence = { falseAlarm: partOf(analysis?.falseAlarm, defaultConfidence.falseAlarm), missed: partOf(analysis?.missed, defaultConfidence.missed) };
  // One that is only looked at is calibrated as if it counted: that is what looking is for.
  const weighted = metrics.map((each) => ({ name: each.name, weight: each.dryRun === true && each !== metric ? 0 : (each.weight ?? 1) }));
  return {
    name: metric.name,
    settings: { worseBy: timesOf(worseBy, defaultRateSettings.worseBy), acceptBelow: timesOf(acceptBelow, defaultRateSettings.acceptBelow), negligible, fine: Math.max(negligible, partOf(metric.errorRate?.fineBelow, defaultRateSettings.fine)) },
    confidence: shareOut(weighted, whole).get(metric.name) ?? whole,
    scrape: metric.from?.scrape,
  };
}

function objectionTo({ errorRate, template, from }: Metric): string | undefined {
  if (template) return `it comes from the ${template.kind ?? 'MetricTemplate'} ${template.name}. Write its errorRate into the policy to calibrate it.`;
  if (!errorRate) return 'it is no errorRate.';
  if (errorRate.below !== undefined) return 'it is held against a limit (below), not against stable.';
  if (from && !from.scrape) return 'its samples do not come from the Pods themselves.';
  return undefined;
}

const timesOf = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Number(text.replace(/x$/, '')));
const partOf = (text: string | undefined, otherwise: number): number => (text === undefined ? otherwise : Number(text.replace(/%$/, '')) / 100);
