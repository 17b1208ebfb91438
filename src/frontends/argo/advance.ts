import type { PolicyProblem } from '../../model/policy-problem.js';
import { formatProblem } from '../../model/policy-problem.js';
import { endedTraffic } from './analyses/experiment-traffic.js';
import { checkRollout } from './checks/rollout.js';
import type { Rollout } from './kinds/rollout.js';
import { refused } from './refusals/refused.js';
import type { RolloutDecision } from './rollout-decision.js';
import type { RolloutObservation } from './rollout-observation.js';
import { resolveTemplate } from './rollouts/template.js';
import { reasons } from './status/texts.js';
import { served } from './updates/served.js';

export type { RolloutDecision, RolloutEvent, ReleaseCommand } from './rollout-decision.js';
export type { RolloutObservation } from './rollout-observation.js';

/**
 * From a Rollout and what is seen of it to what is to be. Pure; asked again after every change. What people write into the
 * status is told from where its release stands, so the status as it was read must come in whole, and the new one must be
 * written only over that.
 * @param now milliseconds since the epoch
 */
export function advanceRollout(rollout: Rollout, observation: RolloutObservation, now: number): RolloutDecision {
  const nothing: Omit<RolloutDecision, 'status'> = { apply: [], sizes: [], annotate: [], routes: [], remove: [], evict: [], commands: [], events: [], lookAgainAt: undefined };
  const { status = {}, metadata } = rollout;
  if (metadata.deletionTimestamp !== undefined) return { ...nothing, status };
  if (observation.otherController !== undefined) return { ...nothing, status, events: [{ reason: reasons.elsewhere, text: `Left alone: ${observation.otherController}`, type: 'Warning' }] };
  const template = resolveTemplate(rollout, observation.workload);
  const problems: PolicyProblem[] = checkRollout(rollout, observation.known).filter(({ severity }) => severity !== 'warning');
  if ('problems' in template) {
    const known = new Set(problems.map(({ path }) => path.join('.')));
    problems.push(...template.problems.filter(({ path }) => !known.has(path.join('.'))));
  }
  if ('problems' in template || problems.length > 0) {
    return { ...nothing, ...refused(rollout, observation, problems.map(formatProblem), now), routes: endedTraffic(rollout, observation) };
  }
  return served(rollout, observation, template, now);
}
