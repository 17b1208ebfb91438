import { imagePolicyProblems } from '../../images/matching/policy-problems.js';
import { argoResources } from '../../frontends/argo/resources.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { ImagePolicy } from '../../model/images/image-policy.js';
import type { PolicyProblem } from '../../model/policy-problem.js';
import { serinResources } from '../../model/resources.js';
import { nearestName } from '../../model/suggestion.js';
import type { ObjectSource } from './surroundings.js';

/** What is wrong with an ImagePolicy that its schema lets pass: rules that cannot be read, and a workload that is not there where all are. */
export function lintImagePolicy({ spec }: ImagePolicy, source: ObjectSource): PolicyProblem[] {
  return [...imagePolicyProblems(spec), ...missingWorkload(spec, source)];
}

function missingWorkload({ workload }: ImagePolicy['spec'], source: ObjectSource): PolicyProblem[] {
  const { deployment, policy, rollout } = workload;
  const [field, name, resource]: [string, string, Resource<KubernetesObject>] =
    deployment !== undefined ? ['deployment', deployment, resources.deployments] : policy !== undefined ? ['policy', policy, serinResources.releasePolicies] : ['rollout', rollout ?? '', argoResources.rollouts as unknown as Resource<KubernetesObject>];
  const names = source.list(resource).map(({ metadata }) => metadata.name);
  if (!source.holdsAll(resource) || names.includes(name)) return [];
  const meant = nearestName(name, names);
  return [{ path: ['spec', 'workload', field], problem: `there is no ${resource.kind} "${name}".`, remedy: meant === undefined ? `Create it, or correct the name; there are ${names.join(', ')}.` : `Did you mean ${meant}?` }];
}
