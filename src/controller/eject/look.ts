import type { Deployment, ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import type { Job } from '../../kubernetes/generated/batch-v1.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { isConditionTrue } from '../../kubernetes/conditions.js';
import { controllerOf, isOwnedBy } from '../../kubernetes/owners.js';
import { resources } from '../../kubernetes/resources.js';
import type { Release } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { API_VERSION, POLICY_LABEL, RELEASE_LABEL, serinResources } from '../../model/resources.js';
import { isLost } from '../set-apart.js';
import { foundNow, listOf, type Reading } from './found-now.js';
import type { Memory } from './memory.js';
import { movingRelease, type EjectView, type Held } from './view.js';

/** Everything that Serin may have left around one policy, as it is now. @param now milliseconds since the epoch */
export async function look({ name, namespace }: { readonly name: string; readonly namespace: string }, reading: Reading, memory: Memory, now: number): Promise<EjectView> {
  memory.lookAgain();
  const { client, signal } = reading;
  const policy = await client.find(serinResources.releasePolicies, { namespace, name }, { signal });
  const releases = (await client.list(serinResources.releases, { namespace, signal })).items.filter(({ spec }) => spec.policy === name);
  const moving = movingRelease({ releases });
  const [deployments = [], replicaSets = [], pods = [], jobs = [], approvals = []] = await Promise.all([
    listOf(reading, resources.deployments, namespace),
    listOf(reading, resources.replicaSets, namespace),
    listOf(reading, resources.pods, namespace),
    listOf(reading, resources.jobs, namespace),
    listOf(reading, serinResources.approvals, namespace),
  ]);
  const deployment = findDeployment(name, deployments, policy, releases);
  const held = new Set([policy, ...releases].flatMap((object) => object?.metadata.uid ?? []));
  const isOurs = (replicaSet: ReplicaSet): boolean =>
    (deployment && isOwnedBy(replicaSet, deployment)) || (controllerOf(replicaSet)?.apiVersion === API_VERSION && held.has(controllerOf(replicaSet)?.uid ?? '')) || isLost(replicaSet, name);
  const running = moving?.spec.workload.kind === 'Versions' ? [moving.spec.stable.replicaSet, moving.spec.canary.replicaSet] : [];
  return {
    name, namespace, policy, releases, deployment,
    replicaSets: replicaSets.filter(isOurs).map((object) => withPods(object, [object], pods)),
    versions: (moving?.spec.workload.runBy === 'ReplicaSet' ? replicaSets : deployments)
      .filter(({ metadata }) => running.includes(metadata.name) && metadata.deletionTimestamp === undefined)
      .map((object) => withPods(object, replicaSets.filter((replicaSet) => replicaSet === object || isOwnedBy(replicaSet, object)), pods)),
    jobs: jobs.filter((job) => isStepOf(name, job)),
    approvals: approvals.filter(({ spec }) => releases.some(({ metadata }) => metadata.name === spec.release)),
    found: await foundNow(namespace, moving, reading, memory, now),
    foundPaused: memory.foundPaused(policy?.status?.foundPaused),
    quiet: memory.quiet(`${moving?.metadata.name ?? ''}/${moving?.metadata.resourceVersion ?? ''}`),
    waited: (what) => memory.waited(what),
  };
}

/** The Deployment that Serin lends from; none where users run each version themselves, but for one that still carries our label. */
function findDeployment(name: string, deployments: readonly Deployment[], policy: ReleasePolicy | undefined, releases: readonly Release[]): Deployment | undefined {
  const named = policy ? policy.spec.workload.deployment : releases.find(({ spec }) => spec.workload.kind === 'Deployment')?.spec.workload.name;
  return deployments.find(({ metadata }) => (named === undefined ? metadata.labels?.[POLICY_LABEL] === name : metadata.name === named));
}

/** @param replicaSets those that control its Pods */
function withPods<T extends ReplicaSet | Deployment>(object: T, replicaSets: readonly ReplicaSet[], pods: readonly Pod[]): Held<T> {
  const own = pods.filter((pod) => replicaSets.some(({ metadata }) => metadata.uid === controllerOf(pod)?.uid));
  return { object, pods: own.length, ready: own.filter((pod) => pod.metadata.deletionTimestamp === undefined && isConditionTrue(pod.status?.conditions, 'Ready')).length };
}

/** Whether a Job was set off by a step of a release of this policy; the release itself may be gone by now. */
function isStepOf(policy: string, { metadata }: Job): boolean {
  const { labels = {}, ownerReferences = [] } = metadata;
  return labels[POLICY_LABEL] === policy && labels[RELEASE_LABEL] !== undefined && ownerReferences.some(({ apiVersion, kind }) => apiVersion === API_VERSION && kind === 'Release');
}
