import type { PolicyProblem } from '../../../model/policy-problem.js';
import { checkSchema } from '../../conversion/schema-check.js';
import { schemaOfArgoKind } from '../custom-resources.js';
import type { AnalysisRun } from '../kinds/analysis.js';
import { checkMetrics } from './metrics.js';

/** Everything that keeps an AnalysisRun that somebody wrote from being run, all at once. */
export function checkAnalysisRun(given: unknown): PolicyProblem[] {
  const { problems, object } = checkSchema(given, schemaOfArgoKind('AnalysisRun') ?? {});
  if (!object) return problems;
  // Its schema let it pass.
  const { spec } = object as unknown as AnalysisRun;
  const args = spec.args ?? [];
  return [
    ...problems,
    ...(spec.metrics.length === 0 ? [{ path: ['spec', 'metrics'], problem: 'it measures nothing.', remedy: 'Add a metric.' }] : []),
    ...checkMetrics(spec).map((problem) => ({ ...problem, path: ['spec', ...problem.path] })),
    // Nothing comes before it that could give them values.
    ...args.flatMap(({ name, value, valueFrom }, index) => (value === undefined && valueFrom?.secretKeyRef === undefined ? [{ path: ['spec', 'args', index], problem: `argument ${name} has no value.`, remedy: 'Write value, or valueFrom with a secretKeyRef.' }] : [])),
  ];
}
