import { countsRequests } from '../../model/measure.js';
import type { Plan, PlanStep } from '../../model/plan.js';
import type { PlannedAnalysis } from '../../model/policy/analysis.js';
import type { PolicySpec } from '../../model/release-policy.js';
import { WHOLE } from '../../model/split.js';

/** Adds the analyses that a policy wants before and after all traffic, says for each what it needs, and which metrics are theirs alone. */
export function withAnalysis(plan: Plan, { analysis: { before, after } = {} }: PolicySpec, analysis: PlannedAnalysis): Plan {
  const steps = withAfter(withBefore(plan.steps, before), after, plan.sizing === 'batch');
  const named = new Set(steps.flatMap(({ kind, metrics }) => (kind === 'analyze' ? (metrics ?? []) : [])));
  const ofSteps = analysis.metrics.map(({ name }) => name).filter((name) => named.has(name));
  return {
    ...plan,
    steps: steps.map((step) => (step.kind === 'analyze' ? { minimumRequests: minimumRequests(step, analysis), ...step } : step)),
    analysis: { ...analysis, ...(ofSteps.length === 0 ? {} : { ofSteps }) },
  };
}

const analyze = (metrics: readonly string[]): PlanStep => ({ kind: 'analyze', metrics: [...new Set(metrics)] });

/** In front of everything, behind sizes alone: those bring no traffic, and there may be more to look at. */
function withBefore(steps: readonly PlanStep[], metrics: readonly string[] | undefined): PlanStep[] {
  if (!metrics) return [...steps];
  const sized = steps.findIndex(({ kind }) => kind !== 'scale');
  return [...steps.slice(0, sized), { ...analyze(metrics), minimumRequests: 0 }, ...steps.slice(sized)];
}

/** As soon as the canary has all requests; if no step of the policy gives it all, one more does. */
function withAfter(steps: readonly PlanStep[], metrics: readonly string[] | undefined, batches: boolean): PlanStep[] {
  if (!metrics) return [...steps];
  const isWhole = ({ kind, share, part }: PlanStep): boolean => (batches ? kind === 'batch' && part === WHOLE && (share ?? WHOLE) === WHOLE : kind === 'weight' && share === WHOLE);
  const whole = steps.findIndex(isWhole);
  if (whole >= 0) return [...steps.slice(0, whole + 1), analyze(metrics), ...steps.slice(whole + 1)];
  const all: PlanStep = batches ? { kind: 'batch', part: WHOLE } : { kind: 'weight', share: WHOLE };
  return [...steps.slice(0, -1), all, analyze(metrics), ...steps.slice(-1)];
}

/** Of an analysis whose metrics see no requests none are asked for. */
function minimumRequests({ metrics: named }: PlanStep, { metrics, undecided }: PlannedAnalysis): number {
  if (!named) return undecided.minimumRequests;
  return metrics.some((metric) => named.includes(metric.name) && countsRequests(metric)) ? undecided.minimumRequests : 0;
}
