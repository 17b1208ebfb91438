import type { PolicyProblem } from '../model/policy-problem.js';
import type { PolicySpec } from '../model/release-policy.js';
import { sharesArePodCounts } from './limits.js';

/** What speaks against the stages of an A/B policy, all at once. */
export function checkAb(spec: PolicySpec): PolicyProblem[] {
  const { ab } = spec.strategy;
  if (!ab) return [];
  const problems: PolicyProblem[] = [];
  if (sharesArePodCounts(spec)) {
    problems.push({ path: ['spec', 'strategy', 'ab'], problem: 'groups of users are told apart by their requests, which Pod counts cannot do.', remedy: 'Choose the router istio, gatewayApi or ingressNginx.' });
  }
  let last = 0;
  for (const [index, { share }] of ab.stages.entries()) {
    if (share === undefined) continue;
    if (share < last) problems.push({ path: ['spec', 'strategy', 'ab', 'stages', index, 'share'], problem: `share ${share} is lower than ${last} before it.`, remedy: 'Shares may only rise: users who met B stay with it.' });
    last = Math.max(last, share);
  }
  return problems;
}
