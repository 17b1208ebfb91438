import type { PolicyProblem } from '../model/policy-problem.js';
import type { CheckStep } from '../model/policy/steps.js';
import type { Strategy } from '../model/policy/strategies.js';

/** A step that waits or tests, and the field that holds it. */
export interface PlacedStep {
  readonly step: CheckStep;
  readonly path: PolicyProblem['path'];
}

/** Every step of a strategy that waits or tests. */
export function checkSteps({ canary, blueGreen, rolling, ab }: Strategy): PlacedStep[] {
  const at = (steps: readonly CheckStep[] | undefined, ...path: PolicyProblem['path']): PlacedStep[] => (steps ?? []).map((step, index) => ({ step, path: ['spec', 'strategy', ...path, index] }));
  return [
    ...at(canary?.steps, 'canary', 'steps'),
    ...at(blueGreen?.before, 'blueGreen', 'before'),
    ...at(blueGreen?.after, 'blueGreen', 'after'),
    ...at(rolling?.between, 'rolling', 'between'),
    ...(ab?.stages ?? []).flatMap(({ checks }, index) => at(checks, 'ab', 'stages', index, 'checks')),
  ];
}

/** Every analysis among them. */
export function analyzeSteps(strategy: Strategy): { readonly analyze: NonNullable<CheckStep['analyze']>; readonly path: PolicyProblem['path'] }[] {
  return checkSteps(strategy).flatMap(({ step: { analyze }, path }) => (analyze ? [{ analyze, path: [...path, 'analyze'] }] : []));
}
