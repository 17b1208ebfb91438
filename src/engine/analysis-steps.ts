import type { Step } from '../model/plan.js';
import type { UndecidedFate } from '../model/policy/analysis.js';
import type { ReleaseSpec } from '../model/release.js';
import { judgedMetrics, type JudgedMetric } from './judging/judged-metrics.js';

export type AnalyzeStep = Extract<Step, { kind: 'analyze' }>;
export type ApproveStep = Extract<Step, { kind: 'approve' }>;

/** One person, whoever may create Approvals. */
const ANYONE: ApproveStep = { kind: 'approve', approvals: 1, users: [], groups: [] };

/** The metrics that an analysis waits for; those that only look have no say. */
export function awaitedMetrics({ plan, first }: ReleaseSpec, step: AnalyzeStep): readonly JudgedMetric[] {
  const judged = plan.analysis ? judgedMetrics(plan.analysis, { first: first === true, steps: plan.steps }) : [];
  return judged.filter(({ name, dryRun, ofSteps }) => !dryRun && (step.metrics ? step.metrics.includes(name) : !ofSteps));
}

/** What comes when an analysis is still undecided after its time. */
export const fateOf = ({ plan }: ReleaseSpec, step: AnalyzeStep): UndecidedFate => step.undecided ?? plan.analysis?.undecided.then ?? 'promote';

/**
 * Whose consent a step asks for; undefined where it asks nobody. An analysis asks only while it is undecided after its time, and of
 * any one person who may create Approvals.
 */
export function consentWanted(spec: ReleaseSpec, step: Step): ApproveStep | undefined {
  if (step.kind === 'approve') return step;
  return step.kind === 'analyze' && fateOf(spec, step) === 'ask' && awaitedMetrics(spec, step).length > 0 ? ANYONE : undefined;
}
