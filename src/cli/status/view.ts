import { troublesOf } from '../../controller/pod-troubles.js';
import type { Deployment, ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { isConditionTrue } from '../../kubernetes/conditions.js';
import { controllerOf, isOwnedBy } from '../../kubernetes/owners.js';
import type { Approval } from '../../model/approval.js';
import type { Counts } from '../../model/evidence.js';
import type { EvidenceMetric, EvidenceSpec } from '../../model/evidence-record.js';
import { describeEntry } from '../../model/messages.js';
import { hasEnded, type Release } from '../../model/release.js';
import { kindOfVersions, nameOfListed } from '../../model/policy/workload.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import type { Role } from '../../model/version.js';
import { approvalsOf, givenApprovals, type GivenApproval } from '../../approvals/record.js';

/** Everything that a status is told from. */
export interface StatusObjects {
  readonly policy: ReleasePolicy | undefined;
  readonly release: Release | undefined;
  readonly deployments: readonly Deployment[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
  /** Where they were asked for. */
  readonly approvals?: readonly Approval[];
  /** Of the release, where there is any and it may be seen. */
  readonly evidence?: EvidenceSpec | undefined;
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
  /** What runs it: a ReplicaSet, or a Deployment of the user's own. */
  readonly replicaSet: string;
  /** Images of its containers. */
  readonly images: readonly string[];
  readonly wanted: number;
  readonly ready: number;
  readonly pods: readonly PodStatus[];
  /** What waiting alone does not mend. */
  readonly troubles: readonly string[];
  /** Requests of this release. */
  readonly evidence: Counts | undefined;
}

/** What one metric says; charts and counts are in the evidence. */
export type MetricStatus = Pick<EvidenceMetric, 'name' | 'kind' | 'outcome' | 'dryRun' | 'says' | 'problem'>;

/** Where a release, or a policy at rest, stands. */
export interface StatusView {
  readonly policy: ReleasePolicy | undefined;
  readonly release: Release | undefined;
  readonly versions: readonly VersionStatus[];
  /** What people said to the steps of the release. */
  readonly approvals: readonly GivenApproval[];
  /** What the metrics of the release say. */
  readonly metrics: readonly MetricStatus[];
  /** In one sentence what it does or waits for. */
  readonly message: string;
}

/** Puts together what belongs to one release, or to a policy without one under way. */
export function statusView({ policy, release, deployments, replicaSets, pods, approvals = [], evidence }: StatusObjects): StatusView {
  const known = release ? { stable: release.spec.stable.replicaSet, canary: release.spec.canary.replicaSet } : { stable: policy?.status?.stable?.replicaSet, canary: undefined };
  const running = runnersOfVersions(policy, release, { deployments, replicaSets });
  const deployment = deployments.find(({ metadata }) => metadata.name === (policy?.spec.workload.deployment ?? release?.spec.workload.name));
  const owners = [deployment, policy, release].flatMap((owner) => owner ?? []);
  const own = running ?? replicaSets.filter((replicaSet) => owners.some((owner) => isOwnedBy(replicaSet, owner)) || Object.values(known).includes(replicaSet.metadata.name));
  const roleOf = (name: string): VersionStatus['role'] => (name === known.stable ? 'stable' : name === known.canary ? 'canary' : 'other');
  const order = ['canary', 'stable', 'other'];
  const versions = own
    .map((each) => versionStatus(each, replicaSets.filter((replicaSet) => replicaSet === each || (running !== undefined && isOwnedBy(replicaSet, each))), roleOf(each.metadata.name), pods, release))
    .filter(({ role, wanted, pods: there }) => role !== 'other' || wanted > 0 || there.length > 0)
    .sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role) || a.replicaSet.localeCompare(b.replicaSet));
  return { policy, release, versions, approvals: release ? givenApprovals([release], approvalsOf(release, approvals)) : [], metrics: (evidence?.metrics ?? []).map(metricStatus), message: messageOf(policy, release) };
}

function metricStatus({ name, kind, outcome, dryRun, says, problem }: EvidenceMetric): MetricStatus {
  return { name, kind, outcome, says, ...(dryRun === undefined ? {} : { dryRun }), ...(problem === undefined ? {} : { problem }) };
}

/** The Deployments or ReplicaSets that stand for versions which users run; undefined where Serin runs them. */
function runnersOfVersions(policy: ReleasePolicy | undefined, release: Release | undefined, { deployments, replicaSets }: Pick<StatusObjects, 'deployments' | 'replicaSets'>): readonly (Deployment | ReplicaSet)[] | undefined {
  const { versions } = policy?.spec.workload ?? {};
  const released = release?.spec.workload.kind === 'Versions' ? [release.spec.stable.replicaSet, release.spec.canary.replicaSet] : [];
  if (!versions && released.length === 0) return undefined;
  const names = [...released, ...(versions?.list ?? []).map(nameOfListed)];
  const runBy = released.length > 0 ? (release?.spec.workload.runBy ?? 'Deployment') : versions ? kindOfVersions(versions) : 'Deployment';
  const runners: readonly (Deployment | ReplicaSet)[] = runBy === 'Deployment' ? deployments : replicaSets;
  return runners.filter(({ metadata }) => names.includes(metadata.name));
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

/** One version that runs, with its Pods. @param runs what stands for it @param replicaSets those of it that have its Pods */
export function versionStatus(runs: ReplicaSet | Deployment, replicaSets: readonly ReplicaSet[], role: VersionStatus['role'], pods: readonly Pod[], release: Release | undefined): VersionStatus {
  const uids = replicaSets.map(({ metadata }) => metadata.uid);
  const own = pods.filter((pod) => uids.includes(controllerOf(pod)?.uid)).map((pod) => ({ pod, status: podStatus(pod) }));
  const live = own.filter(({ pod }) => pod.metadata.deletionTimestamp === undefined);
  const liveOf = ({ metadata }: ReplicaSet): Pod[] => live.filter(({ pod }) => controllerOf(pod)?.uid === metadata.uid).map(({ pod }) => pod);
  return {
    role,
    replicaSet: runs.metadata.name,
    images: (runs.spec.template?.spec?.containers ?? []).map(({ image }) => image ?? ''),
    wanted: runs.spec.replicas ?? 1,
    ready: live.filter(({ status }) => status.ready).length,
    pods: own.map(({ status }) => status).sort((a, b) => a.name.localeCompare(b.name)),
    troubles: replicaSets.flatMap((replicaSet) => troublesOf(replicaSet, liveOf(replicaSet))).map(({ pod, detail }) => `${pod}: ${detail}`),
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
