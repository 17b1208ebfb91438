import { hashTemplate } from '../kubernetes/pod-template.js';
import { HASH_LABEL, type Role, type VersionTarget } from '../model/version.js';
import { formatProblem } from '../model/policy-problem.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { configuredRouter } from '../routers/registry.js';
import { checkCanary } from '../strategies/canary-checks.js';
import { compileCanary } from '../strategies/canary.js';
import type { ControllerContext } from './context.js';
import { foundIn } from './found.js';
import type { Workload } from './workload.js';

/** Everything that speaks against running this policy on this cluster, each with place and remedy. */
export function policyProblems(policy: ReleasePolicy, workload: Workload | undefined, { caches, clock }: ControllerContext): string[] {
  const namespace = policy.metadata.namespace ?? '';
  const problems = checkCanary(policy.spec).map(formatProblem);
  const { deployment } = policy.spec.workload;
  if (deployment !== undefined && !workload) {
    problems.push(`spec.workload.deployment: there is no Deployment ${deployment} in namespace ${namespace}. Create it, or correct the name.`);
  }
  if (workload?.deployment?.spec.strategy?.type === 'Recreate') {
    problems.push(`spec.workload.deployment: Deployment ${workload.name} has strategy Recreate, which takes all Pods down first. Set spec.strategy.type to RollingUpdate.`);
  }
  const rival = caches.policies.list({ namespace }).find((other) => other.metadata.name !== policy.metadata.name && deployment !== undefined && other.spec.workload.deployment === deployment && isOlder(other, policy));
  if (rival) problems.push(`spec.workload.deployment: policy ${rival.metadata.name} releases Deployment ${deployment ?? ''} already. Delete one of the two.`);
  return [...problems, ...routingProblems(policy, workload, foundIn(namespace, caches, clock.now()))];
}

function routingProblems(policy: ReleasePolicy, workload: Workload | undefined, found: ReturnType<typeof foundIn>): string[] {
  const namespace = policy.metadata.namespace ?? '';
  const { router, config } = configuredRouter(policy.spec.router);
  const versions = workload ? { versions: targetsAtRest(workload, policy) } : {};
  const checks = router.check(config, found, { namespace, policy: policy.metadata.name, service: policy.spec.service, ...versions });
  const shares = compileCanary(policy.spec).steps.flatMap(({ kind, share }) => (kind === 'weight' && share !== undefined ? [share] : []));
  const unreachable = workload ? router.unreachable(config, shares, workload.replicas) : [];
  return [...checks, ...unreachable].filter(({ severity }) => severity !== 'warning').map(({ place, problem, remedy }) => `${place}: ${problem} ${remedy}`);
}

/** Both versions as routers see them before there is a canary: alike but for what the new template changes. */
function targetsAtRest(workload: Workload, policy: ReleasePolicy): Record<Role, VersionTarget> {
  const labels = workload.template.metadata?.labels ?? {};
  const stable = policy.status?.stable?.hash ?? '';
  const target = (hash: string): VersionTarget => ({ hash, readyPods: 0, podLabels: { ...labels, [HASH_LABEL]: hash } });
  return { stable: target(stable), canary: target(hashTemplate(workload.template)) };
}

function isOlder(a: ReleasePolicy, b: ReleasePolicy): boolean {
  const [first, second] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  return first < second || (first === second && a.metadata.name < b.metadata.name);
}
