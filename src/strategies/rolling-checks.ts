import type { PolicyProblem } from '../model/policy-problem.js';
import type { PolicySpec } from '../model/release-policy.js';
import { podAmount } from './steps.js';

/** What speaks against the batches of a rolling policy, all at once. */
export function checkRolling({ strategy: { rolling } }: PolicySpec): PolicyProblem[] {
  if (!rolling) return [];
  const problems: PolicyProblem[] = [];
  let last: { pods?: number | undefined; part?: number | undefined } = {};
  for (const [index, batch] of rolling.batches.entries()) {
    const path = ['spec', 'strategy', 'rolling', 'batches', index];
    const { pods, part } = podAmount(batch);
    const amount = pods ?? part ?? 0;
    const before = pods !== undefined ? last.pods : last.part;
    if (amount === 0) problems.push({ path, problem: 'a batch of nothing.', remedy: 'Leave it out, or give a count above 0 such as 1 or 20%.' });
    else if (part !== undefined && part > 1000) problems.push({ path, problem: `${batch} is more than all.`, remedy: 'Write at most 100%.' });
    else if (before !== undefined && amount <= before) problems.push({ path, problem: `${batch} is not beyond the batch before it.`, remedy: 'Batches say how far the release has come, such as 20%, 50%, 100%.' });
    last = { ...last, ...(pods !== undefined ? { pods } : { part }) };
  }
  const { maxSurge = '25%', maxUnavailable = 0 } = rolling;
  if (isNothing(maxSurge) && isNothing(maxUnavailable)) {
    problems.push({ path: ['spec', 'strategy', 'rolling', 'maxSurge'], problem: 'with neither surge nor missing Pods nothing can move.', remedy: 'Allow at least 1 in maxSurge or maxUnavailable.' });
  }
  return problems;
}

function isNothing(value: number | string): boolean {
  const { pods, part } = podAmount(value);
  return (pods ?? part ?? 0) === 0;
}
