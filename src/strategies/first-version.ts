import type { Plan } from '../model/plan.js';

/** What a version without another one beside it can be put through. */
const CHECKS = ['analyze', 'job', 'gate', 'approve', 'promote'];

/** The plan of the first version of a program: the checks of the strategy and nothing that needs a second version. */
export function firstPlan({ preview: _preview, sticky: _sticky, ...plan }: Plan): Plan {
  return { ...plan, steps: plan.steps.filter(({ kind }) => CHECKS.includes(kind)) };
}
