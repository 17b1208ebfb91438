import type { EvidenceMetric, EvidenceSpec } from '../../../model/evidence-record.js';
import type { MetricView } from '../../schemas/release-detail.js';
import { zhOf } from '../texts/sentences.js';

/** What the metrics of a release say. */
export const metricsOf = (evidence: EvidenceSpec | undefined): MetricView[] => (evidence?.metrics ?? []).map(metricView);

function metricView(metric: EvidenceMetric): MetricView {
  const { name, kind, dryRun, outcome, says, problem, samples, points = [], verdicts = [] } = metric;
  const confidence = confidenceOf(metric);
  return {
    name, kind, outcome, says, saysZh: zhOf(says), samples,
    ...(dryRun === undefined ? {} : { dryRun }),
    ...(problem === undefined ? {} : { problem }),
    ...(confidence === undefined ? {} : { confidence }),
    points: points.map(({ measured: _, ...point }) => point),
    verdicts: verdicts.map((verdict) => ({ ...verdict, saysZh: zhOf(verdict.says) })),
  };
}

/** How sure the test is of what it says, or of what it leans to: one minus the p-value of that proof, which may be looked at at any time. */
function confidenceOf({ outcome, numbers = {} }: EvidenceMetric): number | undefined {
  const { worsePValue: worse, finePValue: fine } = numbers;
  const p = outcome === 'fail' ? worse : outcome === 'pass' ? fine : worse === undefined ? fine : fine === undefined ? worse : Math.min(worse, fine);
  return p === undefined ? undefined : Math.min(1, Math.max(0, 1 - p));
}
