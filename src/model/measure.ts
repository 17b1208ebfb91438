import { Type, type Static } from 'typebox';
import { compilePattern } from '../schema/pattern/pattern.js';
import { toStructural } from '../schema/structural.js';
import { validateObject } from '../schema/validation.js';
import { measureFields, metricKinds, type MetricKind } from './policy/analysis.js';
import { sourceKinds, type MetricSource, type SourceKind } from './policy/metric-sources.js';
import { explainProblem } from './policy-validation.js';
import type { PolicyProblem } from './policy-problem.js';

const MeasureSchema = Type.Object(measureFields);

/** How a metric is judged and where its samples come from: a metric or a template without its name. */
export type Measure = Static<typeof MeasureSchema>;

const structural = toStructural(MeasureSchema);

/** Of a measure that its schema lets pass there is exactly one. */
export const kindOfMeasure = (measure: Measure): MetricKind | undefined => metricKinds.find((kind) => measure[kind] !== undefined);

export const sourceOfMeasure = ({ from }: Measure): SourceKind | undefined => sourceKinds.find((kind) => from?.[kind] !== undefined);

/** Whether a metric says nothing without a stable version beside the canary. */
export function comparesWithStable({ errorRate, latency, saturation }: Measure): boolean {
  return [errorRate, latency, saturation].some((judged) => judged !== undefined && judged.below === undefined);
}

/** Whether the samples of a metric are requests. */
export const countsRequests = ({ errorRate, latency }: Measure): boolean => errorRate !== undefined || latency !== undefined;

/** What the schema says against a measure whose placeholders were filled in. */
export const measureProblems = (measure: Measure): PolicyProblem[] => validateObject(measure, structural).map((problem) => explainProblem(problem, structural));

/** Names of the Secrets that a source reads. */
export function secretsOf(from: MetricSource | undefined): string[] {
  const { prometheus, web, datadog } = from ?? {};
  const keys = [prometheus?.token, prometheus?.basic?.username, prometheus?.basic?.password, prometheus?.ca, ...(web?.headers ?? []).map((header) => header.from), datadog?.apiKey, datadog?.applicationKey];
  return [...new Set(keys.flatMap((key) => key?.secret ?? []))];
}

/** Why a regular expression cannot be read; undefined when it can. */
export function patternFault(pattern: string): string | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
