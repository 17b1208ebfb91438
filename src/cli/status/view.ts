import { troublesOf } from '../../controller/pod-troubles.js';
import type { Deployment, ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { isConditionTrue } from '../../kubernetes/conditions.js';
import { controllerOf, isOwnedBy } from '../../kubernetes/owners.js';
import type { Counts } from '../../model/evidence.js';
import { describeEntry } from '../../model/messages.js';
import { hasEnded, type Release } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import type { Role } from '../../model/version.js';

/** Everything that a status is told from. */
export interface StatusObjects {
  readonly policy: ReleasePolicy | undefined;
  readonly release: Release | undefined;
  readonly deployments: readonly Deployment[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
}

export interface PodStatus {
  readonly name: string;
  /** `Ready`, or what it is instead. */
  readonly state: string;
  readonly ready: boolean;
  readonly restarts: number;
}

export interface VersionStatus {
  readonly role: Role | 'other';
  readonly replicaSet: string;
  /** Images of its containers; empty when its ReplicaSet is gone. */
  readonly images: readonly string[];
  readonly wanted: number;
  readonly ready: number;
  readonly pods: readonly PodStatus[];
  /** What waiting alone does not mend. */
  readonly troubles: readonly string[];
  /** Requests of this release. */
  readonly evidence: Counts | undefined;
}

/** Where a release, or a policy at rest, stands. */
export interface StatusView {
  readonly policy: ReleasePolicy | undefined;
  readonly release: Release | undefined;
  readonly versions: readonly VersionStatus[];
  /** In one sentence what it does or waits for. */
  readonly message: string;
}

/** Puts together what belongs to one release, or to a policy without one under way. */
export function statusView({ policy, release, deployments, replicaSets, pods }: StatusObjects): StatusView {
  const known = release ? { stable: release.spec.stable.replicaSet, canary: release.spec.canary.replicaSet } : { stable: policy?.status?.stable?.replicaSet, canary: undefined };
  const deployment = deployments.find(({ metadata }) => metadata.name === (policy?.spec.workload.deployment ?? release?.spec.workload.name));
  const owners = [deployment, policy, release].flatMap((owner) => owner ?? []);
  const own = replicaSets.filter((replicaSet) => owners.some((owner) => isOwnedBy(replicaSet, owner)) || Object.values(known).includes(replicaSet.metadata.name));
  const roleOf = (name: string): VersionStatus['role'] => (name === known.stable ? 'stable' : name === known.canary ? 'canary' : 'other');
  const order = ['canary', 'stable', 'other'];
  const versions = own
    .map((replicaSet) => versionStatus(replicaSet, roleOf(replicaSet.metadata.name), pods, release))
    .filter(({ role, wanted, pods: there }) => role !== 'other' || wanted > 0 || there.length > 0)
    .sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role) || a.replicaSet.localeCompare(b.replicaSet));
  return { policy, release, versions, message: messageOf(policy, release) };
}

/** What a release under way says; once it has ended and its policy knows it, what the policy says. */
function messageOf(policy: ReleasePolicy | undefined, release: Release | undefined): string {
  const unseen = 'Waits for the controller to take notice.';
  if (!release) return policy?.status?.message ?? unseen;
  const { status, metadata } = release;
  if (!hasEnded(status?.phase ?? 'Preparing')) return status?.message ?? unseen;
  const last = status?.log?.at(-1);
  const known = policy?.status?.concluded === metadata.name && policy.status.release === metadata.name;
  return (known ? policy.status?.message : undefined) ?? (last ? describeEntry(last) : unseen);
}

function versionStatus(replicaSet: ReplicaSet, role: VersionStatus['role'], pods: readonly Pod[], release: Release | undefined): VersionStatus {
  const own = pods.filter((pod) => controllerOf(pod)?.uid === replicaSet.metadata.uid).map((pod) => ({ pod, status: podStatus(pod) }));
  const live = own.filter(({ pod }) => pod.metadata.deletionTimestamp === undefined);
  return {
    role,
    replicaSet: replicaSet.metadata.name,
    images: (replicaSet.spec.template?.spec?.containers ?? []).map(({ image }) => image ?? ''),
    wanted: replicaSet.spec.replicas ?? 1,
    ready: live.filter(({ status }) => status.ready).length,
    pods: own.map(({ status }) => status).sort((a, b) => a.name.localeCompare(b.name)),
    troubles: troublesOf(replicaSet, live.map(({ pod }) => pod)).map(({ pod, detail }) => `${pod}: ${detail}`),
    evidence: role === 'other' ? undefined : release?.status?.evidence?.[role],
  };
}

function podStatus(pod: Pod): PodStatus {
  const containers = pod.status?.containerStatuses ?? [];
  const ready = isConditionTrue(pod.status?.conditions, 'Ready');
  const waiting = containers.find(({ state }) => state?.waiting)?.state?.waiting?.reason;
  const ending = pod.metadata.deletionTimestamp !== undefined;
  const state = ending ? 'Ending' : ready ? 'Ready' : (waiting ?? (pod.status?.phase === 'Running' ? 'Running, not ready' : (pod.status?.phase ?? 'Pending')));
  return { name: pod.metadata.name, state, ready: ready && !ending, restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0) };
}
