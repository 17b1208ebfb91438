import { formatProblem } from '../model/policy-problem.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import type { ControllerContext } from './context.js';
import { foundIn } from './found.js';
import { checkPolicy } from './policy-checks.js';
import type { Workload } from './workload.js';

/** Everything that keeps this policy from being run on this cluster, each with place and remedy. */
export function policyProblems(policy: ReleasePolicy, workload: Workload | undefined, { caches, clock, ownProblems }: ControllerContext): string[] {
  const namespace = policy.metadata.namespace ?? '';
  const problems = checkPolicy(policy, {
    found: foundIn(namespace, caches, clock.now()),
    deployment: workload?.deployment,
    ...(policy.spec.workload.versions ? { deployments: caches.deployments.list({ namespace }) } : {}),
    policies: caches.policies.list({ namespace }),
    deploymentNames: workload ? [] : caches.deployments.list({ namespace }).map(({ metadata }) => metadata.name),
  }, ownProblems);
  return problems.filter(({ severity }) => severity !== 'warning').map(formatProblem);
}
