import type { Deployment, ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import { controllerOf } from '../kubernetes/owners.js';
import type { PolicyProblem } from '../model/policy-problem.js';
import { kindOfVersions, nameOfListed, type VersionList } from '../model/policy/workload.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { nearestName } from '../model/suggestion.js';
import { HASH_LABEL } from '../model/version.js';
import { hashOf } from './versions.js';

const VERSIONS: PolicyProblem['path'] = ['spec', 'workload', 'versions'];
const LIST: PolicyProblem['path'] = [...VERSIONS, 'list'];

/** What may run versions, in the namespace of a policy; absent where it is not known what there is. */
export interface VersionRunners {
  readonly deployments?: readonly Deployment[] | undefined;
  readonly replicaSets?: readonly ReplicaSet[] | undefined;
}

/** What speaks against versions that users run, all at once. */
export function versionsProblems(policy: ReleasePolicy, runners: VersionRunners): PolicyProblem[] {
  const { versions } = policy.spec.workload;
  if (!versions) return [];
  const names = versions.list.map(nameOfListed);
  const problems: PolicyProblem[] = versions.list.flatMap((listed, index): PolicyProblem[] => {
    const name = nameOfListed(listed);
    const path = [...LIST, index, listed.replicaSet === undefined ? 'deployment' : 'replicaSet'];
    return names.indexOf(name) !== index ? [{ path, problem: `${name} stands there twice.`, remedy: 'Name each version once.' }] : runnerProblems(policy, versions, name, runners, path);
  });
  if (versions.want !== undefined && !names.includes(versions.want)) {
    problems.push({ path: [...VERSIONS, 'want'], problem: `${versions.want} is not in the list.`, remedy: `Name one of ${names.join(', ')}, or add it to the list.` });
  }
  if (new Set(versions.list.map(({ replicaSet }) => replicaSet === undefined)).size > 1) {
    problems.push({ path: LIST, problem: 'some versions are run by Deployments and some by ReplicaSets.', remedy: 'Let all be run by the one or the other.' });
  }
  return [...problems, ...hashLabelProblems(policy.spec, versions), ...leadProblems(policy.spec, versions)];
}

/** What speaks against what is to run one version. */
function runnerProblems({ metadata, status }: ReleasePolicy, versions: VersionList, name: string, { deployments, replicaSets }: VersionRunners, path: PolicyProblem['path']): PolicyProblem[] {
  const kind = kindOfVersions(versions);
  const there: readonly (Deployment | ReplicaSet)[] | undefined = kind === 'Deployment' ? deployments : replicaSets;
  if (!there) return [];
  const found = there.find((each) => each.metadata.name === name);
  if (found) return kind === 'ReplicaSet' ? replicaSetProblems(found as ReplicaSet, versions, path) : [];
  // Versions that are to come, or were deleted as asked, need not be there.
  const needed = name === (versions.want ?? nameOfListed(versions.list.at(-1) ?? {})) && !(versions.old === 'Delete' && status?.rejected?.replicaSet === name);
  if (!needed) return [];
  const meant = nearestName(name, there.map((each) => each.metadata.name));
  return [{ path, problem: `there is no ${kind} ${name} in namespace ${metadata.namespace ?? ''}.`, remedy: meant === undefined ? 'Create it, or correct the name.' : `Did you mean ${meant}?` }];
}

function replicaSetProblems(replicaSet: ReplicaSet, { hashLabel = HASH_LABEL }: VersionList, path: PolicyProblem['path']): PolicyProblem[] {
  const controller = controllerOf(replicaSet);
  if (controller?.kind === 'Deployment') {
    return [{ path, problem: `ReplicaSet ${replicaSet.metadata.name} is sized by Deployment ${controller.name}.`, remedy: `List deployment: ${controller.name}.` }];
  }
  if (hashOf(replicaSet, hashLabel) !== '') return [];
  return [{ path, problem: `ReplicaSet ${replicaSet.metadata.name} has no label ${hashLabel}, by which its Pods are told apart.`, remedy: 'Name the label that its selector has in hashLabel.' }];
}

/** Routers that tell versions apart themselves do so by the usual label. */
const PINNING = ['istio', 'gatewayApi', 'ingressNginx', 'service'];

function hashLabelProblems({ router = {} }: ReleasePolicy['spec'], { hashLabel = HASH_LABEL, list }: VersionList): PolicyProblem[] {
  const [pinning] = Object.keys(router).filter((name) => PINNING.includes(name));
  if (hashLabel === HASH_LABEL || pinning === undefined || list.every(({ service, subset }) => (service ?? subset) !== undefined)) return [];
  return [{ path: [...VERSIONS, 'hashLabel'], problem: `the router ${pinning} tells versions that share a Service apart by ${HASH_LABEL} alone.`, remedy: 'Give every version a service or a subset of its own, or leave hashLabel out.' }];
}

/** What speaks against how routes are to tell versions apart. */
function leadProblems(spec: ReleasePolicy['spec'], { list }: VersionList): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const withService = list.filter(({ service }) => service !== undefined).length;
  const withSubset = list.filter(({ subset }) => subset !== undefined).length;
  if (withService > 0 && withSubset > 0) {
    problems.push({ path: LIST, problem: 'versions are told apart by Services and by subsets.', remedy: 'Give every version a service, or every one a subset.' });
  } else if (withService > 0 && withService < list.length) {
    problems.push({ path: LIST, problem: 'some versions have a Service of their own and some have not.', remedy: 'Give every version a service, or none.' });
  } else if (withSubset > 0 && withSubset < list.length) {
    problems.push({ path: LIST, problem: 'some versions have a subset and some have not.', remedy: 'Give every version a subset, or none.' });
  }
  for (const [index, { subset }] of list.entries()) {
    if (subset === undefined || list.findIndex((other) => other.subset === subset) === index) continue;
    problems.push({ path: [...LIST, index, 'subset'], problem: `subset ${subset} stands there twice.`, remedy: 'Name the subset that selects the Pods of this version alone.' });
  }
  if (withService === 0 && spec.router !== undefined && spec.router.twoServices === undefined && spec.service === undefined) {
    problems.push({ path: ['spec', 'service'], problem: 'is missing: the versions have no Services of their own.', remedy: 'Name the Service that all versions share, or give every version one.' });
  }
  return problems;
}
