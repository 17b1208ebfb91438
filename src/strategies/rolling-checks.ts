import { batchStep } from '../model/policy/batches.js';
import type { PolicyProblem } from '../model/policy-problem.js';
import type { PolicySpec } from '../model/release-policy.js';
import { sharesArePodCounts } from './limits.js';
import { batchAmount } from './rolling.js';
import { isNothing } from './steps.js';

const ROLLING: PolicyProblem['path'] = ['spec', 'strategy', 'rolling'];

/** What speaks against the batches of a rolling policy, all at once. */
export function checkRolling(spec: PolicySpec): PolicyProblem[] {
  const { rolling } = spec.strategy;
  if (!rolling) return [];
  const problems: PolicyProblem[] = [];
  let last: { pods?: number | undefined; part?: number | undefined } = {};
  for (const [index, batch] of rolling.batches.entries()) {
    const { pods, part } = batchAmount(batch);
    const path = [...ROLLING, 'batches', index, ...(typeof batch === 'object' ? [pods !== undefined ? 'pods' : 'part'] : [])];
    const said = batchStep(batch).pods ?? batchStep(batch).part ?? '';
    const amount = pods ?? part ?? 0;
    const before = pods !== undefined ? last.pods : last.part;
    if (amount === 0) problems.push({ path, problem: 'a batch of nothing.', remedy: 'Leave it out, or give a count above 0 such as 1 or 20%.' });
    else if (part !== undefined && part > 1000) problems.push({ path, problem: `${said} is more than all.`, remedy: 'Write at most 100%.' });
    else if (before !== undefined && amount <= before) problems.push({ path, problem: `${said} is not beyond the batch before it.`, remedy: 'Batches say how far the release has come, such as 20%, 50%, 100%.' });
    last = { ...last, ...(pods !== undefined ? { pods } : { part }) };
  }
  const { maxSurge = '25%', maxUnavailable = 0 } = rolling;
  if (isNothing(maxSurge) && isNothing(maxUnavailable)) {
    problems.push({ path: [...ROLLING, 'maxSurge'], problem: 'with neither surge nor missing Pods nothing can move.', remedy: 'Allow at least 1 in maxSurge or maxUnavailable.' });
  }
  return [...problems, ...weightProblems(spec)];
}

/** What speaks against shares that batches say themselves. */
function weightProblems(spec: PolicySpec): PolicyProblem[] {
  const { batches = [], maxSurge = '25%' } = spec.strategy.rolling ?? {};
  const problems: PolicyProblem[] = [];
  let last = 0;
  let said = false;
  for (const [index, batch] of batches.entries()) {
    const { weight } = batchStep(batch);
    const { part } = batchAmount(batch);
    // Without a weight of its own a batch has at least the one before it, and what part of all it is.
    const least = Math.max(last, (part ?? 0) / 10);
    if (weight !== undefined) {
      const path = [...ROLLING, 'batches', index, 'weight'];
      if (sharesArePodCounts(spec)) problems.push({ path, problem: 'nothing splits requests here: shares are what ready Pods show.', remedy: 'Name a router that splits requests, or leave the weight out.' });
      else if (weight < last) problems.push({ path, problem: `weight ${weight} is lower than ${last} before it.`, remedy: 'Weights may only rise; a release that goes wrong is taken back by itself.' });
      said = true;
    }
    last = weight === undefined ? least : Math.max(last, weight);
  }
  if (said && isNothing(maxSurge)) {
    problems.push({ path: [...ROLLING, 'maxSurge'], problem: 'is 0, so there may be no room for a Pod of each version while both have a share.', remedy: 'Allow at least 1, or leave the weights out.' });
  }
  return problems;
}
