import { formatProblem, type PolicyProblem } from '../model/policy-problem.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { kindOfVersions } from '../model/policy/workload.js';
import type { Caches } from './caches.js';
import type { ControllerContext } from './context.js';
import { foundIn } from './found.js';
import { namedSecrets } from '../strategies/analysis/checks.js';
import { checkPolicy } from './policy-checks.js';
import { templatesIn } from './templates.js';
import type { VersionRunners } from './versions-checks.js';
import type { Workload } from './workload.js';

const CONFIG_UNREADABLE: PolicyProblem = {
  path: ['spec', 'watchConfig'],
  problem: 'this installation of Serin may not read ConfigMaps and Secrets.',
  remedy: 'Install it with readConfig: true, or leave watchConfig out.',
};

const SECRETS_UNREADABLE = (names: readonly string[]): PolicyProblem => ({
  path: ['spec', 'analysis', 'metrics'],
  problem: `${names.length === 1 ? 'Secret' : 'Secrets'} ${names.join(', ')} cannot be read: this installation of Serin may not.`,
  remedy: 'Install it with readConfig: true, or leave out what names a Secret.',
});

/** What may run the versions of a policy; nothing is looked through for one that lists none. */
function runnersOf({ spec, metadata: { namespace = '' } }: ReleasePolicy, caches: Caches): VersionRunners {
  const { versions } = spec.workload;
  if (!versions) return {};
  return kindOfVersions(versions) === 'Deployment' ? { deployments: caches.deployments.list({ namespace }) } : { replicaSets: caches.replicaSets.list({ namespace }) };
}

/** Everything that keeps this policy from being run on this cluster, each with place and remedy. */
export function policyProblems(policy: ReleasePolicy, workload: Workload | undefined, { caches, clock, ownProblems, withoutConfig }: ControllerContext): string[] {
  const namespace = policy.metadata.namespace ?? '';
  const templates = templatesIn(namespace, caches);
  const problems = checkPolicy(policy, {
    found: foundIn(namespace, caches, clock.now()),
    deployment: workload?.deployment,
    ...runnersOf(policy, caches),
    policies: caches.policies.list({ namespace }),
    templates,
    deploymentNames: workload ? [] : caches.deployments.list({ namespace }).map(({ metadata }) => metadata.name),
  }, ownProblems);
  const unreadable = policy.spec.watchConfig === true && withoutConfig === true ? [CONFIG_UNREADABLE] : [];
  const secrets = withoutConfig === true ? namedSecrets(policy.spec, templates) : [];
  return [...problems.filter(({ severity }) => severity !== 'warning'), ...unreadable, ...(secrets.length > 0 ? [SECRETS_UNREADABLE(secrets)] : [])].map(formatProblem);
}
