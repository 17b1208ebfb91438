import type { Value } from '../../../../frontends/argo/conditions/syntax.js';
import type { AnalysisRun } from '../../../../frontends/argo/kinds/analysis.js';
import type { ArgoMetric } from '../../../../frontends/argo/kinds/metrics.js';

/** One measurement that is to be taken. */
export interface MeasurementRequest {
  readonly run: AnalysisRun;
  /** With all its arguments filled in. */
  readonly metric: ArgoMetric;
  /** Which one of the metric, from 1. */
  readonly number: number;
  /** What must never be told: values of Secrets that are in it, and what a provider sends besides, which it adds. */
  readonly secrets: Set<string>;
}

/** What was measured, to be judged by the conditions of the metric. */
export interface Measured {
  readonly result: Value;
  /** As it is shown. */
  readonly value: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** What is told of the metric as a whole. */
  readonly metricMetadata?: Readonly<Record<string, string>>;
}

/** A Job that measures; what comes of it is seen later. */
export interface MeasuringJob {
  readonly job: string;
}

/** Takes measurements from one kind of source. What is thrown is the message of a measurement that is an error. */
export type Provider = (request: MeasurementRequest, signal: AbortSignal) => Promise<Measured | MeasuringJob>;

/** Why there is no measurement, in words for whoever wrote the metric. */
export class NotMeasured extends Error {
  override readonly name = 'NotMeasured';
}
