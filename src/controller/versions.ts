import type { EndingPod, ReplicaSetObservation } from '../engine/observation.js';
import type { VersionObservation } from '../engine/resting.js';
import type { ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import type { Pod } from '../kubernetes/generated/core-v1.js';
import { controllerOf, isOwnedBy } from '../kubernetes/owners.js';
import { equalTemplates } from '../kubernetes/pod-template.js';
import { matchesLabelSelector } from '../kubernetes/selectors.js';
import { API_VERSION } from '../model/resources.js';
import { HASH_LABEL } from '../model/version.js';
import type { Caches } from './caches.js';
import { troublesOf } from './pod-troubles.js';
import { isLost } from './set-apart.js';
import type { Workload } from './workload.js';

/** All ReplicaSets of a workload, whoever controls them now; other programs' are left out although labels may match. */
export function replicaSetsOf(workload: Pick<Workload, 'namespace' | 'policy' | 'selector' | 'owner' | 'kind'>, caches: Caches): ReplicaSet[] {
  if (workload.kind === 'Versions') return [];
  return caches.replicaSets.list({ namespace: workload.namespace }).filter((replicaSet) => {
    if (replicaSet.metadata.deletionTimestamp !== undefined) return false;
    if (isOwnedBy(replicaSet, workload.owner)) return true;
    // One that lost its owners is not ours to judge unless Serin holds it, or did.
    const controller = controllerOf(replicaSet);
    const held = controller ? controller.apiVersion === API_VERSION : workload.kind === 'Deployment' && isLost(replicaSet, workload.policy);
    return held && matchesLabelSelector(workload.selector, replicaSet.spec.template?.metadata?.labels ?? {});
  });
}

export interface Holders {
  readonly homeUid: string | undefined;
  readonly policyUid: string | undefined;
  readonly releaseUid: string | undefined;
}

/** Who controls a ReplicaSet, in the words of the engine. */
export function holderOf(replicaSet: ReplicaSet, { homeUid, policyUid, releaseUid }: Holders): ReplicaSetObservation['holder'] {
  const controller = controllerOf(replicaSet);
  if (!controller) return 'nobody';
  if (controller.uid === homeUid) return 'home';
  if (controller.uid === releaseUid) return 'release';
  if (controller.uid === policyUid) return 'policy';
  return 'stranger';
}

/** Those told to end, the first that was to end first. */
function endingPods(pods: readonly Pod[]): EndingPod[] {
  return pods
    .flatMap(({ metadata: { name, deletionTimestamp }, spec }) => (deletionTimestamp === undefined ? [] : [{ pod: name, node: spec.nodeName ?? '', until: Date.parse(deletionTimestamp) }]))
    .sort((one, other) => one.until - other.until || one.pod.localeCompare(other.pod));
}

export function observeReplicaSet(replicaSet: ReplicaSet, holders: Holders, caches: Caches): ReplicaSetObservation {
  const pods = caches.pods.controlledBy(replicaSet.metadata.uid ?? '');
  const live = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const ready = live.filter((pod) => pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')).length;
  return {
    name: replicaSet.metadata.name,
    size: replicaSet.spec.replicas ?? 1,
    pods: pods.length,
    ready,
    holder: holderOf(replicaSet, holders),
    troubles: troublesOf(replicaSet, live),
    ending: endingPods(pods),
  };
}

/** Value of the label by which its Pods are told apart; empty where there is none. */
export const hashOf = (replicaSet: ReplicaSet, label = HASH_LABEL): string => replicaSet.metadata.labels?.[label] ?? replicaSet.spec.selector.matchLabels?.[label] ?? '';

export function observeVersion(replicaSet: ReplicaSet, workload: Workload, holders: Holders, caches: Caches): VersionObservation {
  return {
    ...observeReplicaSet(replicaSet, holders, caches),
    hash: hashOf(replicaSet),
    wanted: replicaSet.spec.template !== undefined && equalTemplates(replicaSet.spec.template, workload.template),
  };
}
