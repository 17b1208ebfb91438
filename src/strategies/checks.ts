import type { PolicyProblem } from '../model/policy-problem.js';
import type { PolicySpec } from '../model/release-policy.js';
import { checkAnalysis } from './analysis/checks.js';
import { checkAb } from './ab-checks.js';
import { checkCanary } from './canary-checks.js';
import { checkSteps } from './check-steps.js';
import { audiences } from './needs.js';
import { checkRolling } from './rolling-checks.js';

/** What speaks against the steps of a policy, whatever its strategy, all at once. The policy must be readable. */
export function checkStrategy(spec: PolicySpec): PolicyProblem[] {
  return [...checkCanary(spec), ...checkRolling(spec), ...checkAb(spec), ...userProblems(spec), ...jobProblems(spec), ...deploymentOnly(spec), ...checkAnalysis(spec)];
}

/** What only works where a Deployment is the program. */
function deploymentOnly({ workload, judgeFirst, watchConfig }: PolicySpec): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  if (judgeFirst && !workload.deployment) problems.push({ path: ['spec', 'judgeFirst'], problem: 'only the first version of a Deployment can be judged.', remedy: 'Leave it out, or let a Deployment run the program.' });
  if (watchConfig && workload.versions) problems.push({ path: ['spec', 'watchConfig'], problem: 'versions that you run yourself take up changes by their own Deployments.', remedy: 'Leave it out, or add a version to the list.' });
  return problems;
}

function userProblems(spec: PolicySpec): PolicyProblem[] {
  if (spec.users) return [];
  return audiences(spec).flatMap(({ audience, path }) =>
    audience.users === undefined ? [] : [{ path: [...path, 'users'], problem: 'nothing says where a request names its user.', remedy: 'Set spec.users.header or spec.users.cookie.' }],
  );
}

function jobProblems(spec: PolicySpec): PolicyProblem[] {
  return checkSteps(spec.strategy).flatMap(({ step: { job }, path }): PolicyProblem[] => {
    if (!job || (job.template.spec?.template.spec?.containers ?? []).length > 0) return [];
    return [{ path: [...path, 'job', 'template'], problem: 'is no Job with containers.', remedy: 'Write it as a CronJob would have it under jobTemplate: spec.template.spec.containers.' }];
  });
}
