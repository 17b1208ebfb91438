import type { PolicySpec } from '../model/release-policy.js';
import type { PolicyProblem } from '../model/policy-problem.js';

/** What speaks against the steps of a canary policy, all at once. */
export function checkCanary(spec: PolicySpec): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  let last = 0;
  for (const [index, { weight }] of (spec.strategy.canary?.steps ?? []).entries()) {
    if (weight === undefined) continue;
    const path = ['spec', 'strategy', 'canary', 'steps', index, 'weight'];
    if (weight < last) problems.push({ path, problem: `weight ${weight} is lower than ${last} before it.`, remedy: 'Weights may only rise; a release that goes wrong is taken back by itself.' });
    if (weight === last && weight > 0) problems.push({ path, problem: `weight ${weight} stands there twice.`, remedy: 'Remove one, or add a pause or analyze between without a weight.' });
    last = Math.max(last, weight);
  }
  return problems;
}
