import { formatProblem, type PolicyProblem } from '../model/policy-problem.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import type { ControllerContext } from './context.js';
import { foundIn } from './found.js';
import { checkPolicy } from './policy-checks.js';
import type { Workload } from './workload.js';

const CONFIG_UNREADABLE: PolicyProblem = {
  path: ['spec', 'watchConfig'],
  problem: 'this installation of Serin may not read ConfigMaps and Secrets.',
  remedy: 'Install it with readConfig: true, or leave watchConfig out.',
};

/** Everything that keeps this policy from being run on this cluster, each with place and remedy. */
export function policyProblems(policy: ReleasePolicy, workload: Workload | undefined, { caches, clock, ownProblems, withoutConfig }: ControllerContext): string[] {
  const namespace = policy.metadata.namespace ?? '';
  const problems = checkPolicy(policy, {
    found: foundIn(namespace, caches, clock.now()),
    deployment: workload?.deployment,
    ...(policy.spec.workload.versions ? { deployments: caches.deployments.list({ namespace }) } : {}),
    policies: caches.policies.list({ namespace }),
    deploymentNames: workload ? [] : caches.deployments.list({ namespace }).map(({ metadata }) => metadata.name),
  }, ownProblems);
  const unreadable = policy.spec.watchConfig === true && withoutConfig === true ? [CONFIG_UNREADABLE] : [];
  return [...problems.filter(({ severity }) => severity !== 'warning'), ...unreadable].map(formatProblem);
}
