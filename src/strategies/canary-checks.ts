import type { PolicySpec } from '../model/release-policy.js';
import type { PolicyProblem } from '../model/policy-problem.js';
import { sharesArePodCounts } from './limits.js';
import { isNothing } from './steps.js';

const CANARY: PolicyProblem['path'] = ['spec', 'strategy', 'canary'];

/** What speaks against the steps of a canary policy, all at once. */
export function checkCanary(spec: PolicySpec): PolicyProblem[] {
  return spec.strategy.canary ? [...checkWeights(spec), ...podProblems(spec)] : [];
}

/** What speaks against its weights; looks at nothing else. */
export function checkWeights({ strategy: { canary } }: Pick<PolicySpec, 'strategy'>): PolicyProblem[] {
  const { steps = [], weightsMayFall = false } = canary ?? {};
  if (weightsMayFall) return [];
  const problems: PolicyProblem[] = [];
  let last = 0;
  for (const [index, { weight }] of steps.entries()) {
    if (weight === undefined) continue;
    const path = [...CANARY, 'steps', index, 'weight'];
    if (weight < last) problems.push({ path, problem: `weight ${weight} is lower than ${last} before it.`, remedy: 'Weights may only rise; a release that goes wrong is taken back by itself.' });
    if (weight === last && weight > 0) problems.push({ path, problem: `weight ${weight} stands there twice.`, remedy: 'Remove one, or add a pause or analyze between without a weight.' });
    last = Math.max(last, weight);
  }
  return problems;
}

/** What speaks against how many Pods each version is to have. */
function podProblems(spec: PolicySpec): PolicyProblem[] {
  const { inPlace, minimumPods, steps = [] } = spec.strategy.canary ?? {};
  const problems: PolicyProblem[] = [];
  const counted = sharesArePodCounts(spec);
  if (minimumPods !== undefined && counted) {
    problems.push({ path: [...CANARY, 'minimumPods'], problem: 'nothing splits requests here: shares are what ready Pods show.', remedy: 'Name a router that splits requests, or leave it out.' });
  }
  if (!inPlace) return problems;
  const { maxSurge = '25%', maxUnavailable = 0 } = inPlace;
  if (isNothing(maxSurge) && isNothing(maxUnavailable)) {
    problems.push({ path: [...CANARY, 'inPlace', 'maxSurge'], problem: 'with neither surge nor missing Pods nothing can move.', remedy: 'Allow at least 1 in maxSurge or maxUnavailable.' });
  }
  for (const [index, { scale }] of steps.entries()) {
    if (scale && counted) problems.push({ path: [...CANARY, 'steps', index, 'scale'], problem: 'nothing splits requests here: in place, Pod counts are the shares.', remedy: 'Name a router that splits requests, or leave it out.' });
  }
  return problems;
}
