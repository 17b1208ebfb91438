import { findCondition, isConditionTrue } from '../../../kubernetes/conditions.js';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { ContainerStatus, Pod } from '../../../kubernetes/generated/core-v1.js';
import { hasEnded, type Release } from '../../../model/release.js';
import { hashLabelOf, roles } from '../../../model/version.js';
import type { PodView, VersionDetail } from '../../schemas/release-detail.js';
import { versionView } from './summary.js';

/** So many restarts of one container are no start-up hiccup. */
const CRASHING_RESTARTS = 2;
/** What every Pod waits for when it starts. */
const ORDINARY = new Set(['ContainerCreating', 'PodInitializing']);

/** Both versions of a release with their Pods. @param pods of its namespace @param replicaSets of its namespace */
export function versionsOf(release: Release, replicaSets: readonly ReplicaSet[], pods: readonly Pod[]): VersionDetail[] {
  const label = hashLabelOf(release);
  const { status } = release;
  return roles.map((role): VersionDetail => {
    const version = release.spec[role];
    const runs = replicaSets.find(({ metadata }) => metadata.name === version.replicaSet);
    const own = pods.filter(({ metadata }) => metadata.labels?.[label] === version.hash && belongs(metadata.ownerReferences, version.replicaSet, release)).map(podView);
    const intended = status && !hasEnded(status.phase) ? status.intent.sizes[role] : undefined;
    const ready = own.length > 0 ? own.filter((pod) => pod.ready).length : (runs?.status?.readyReplicas ?? 0);
    return { role, ...versionView(version), pods: own.sort((a, b) => a.name.localeCompare(b.name)), desired: runs?.spec.replicas ?? intended ?? 0, ready };
  });
}

/** Pods of other programs may have the same hash; those of versions that users run belong to a ReplicaSet of another name. */
function belongs(owners: Pod['metadata']['ownerReferences'], replicaSet: string, { spec }: Release): boolean {
  const owner = owners?.find(({ controller }) => controller)?.name;
  return owner === replicaSet || (spec.workload.kind === 'Versions' && (owner?.startsWith(`${replicaSet}-`) ?? false));
}

function podView(pod: Pod): PodView {
  const { metadata, spec, status } = pod;
  const ending = metadata.deletionTimestamp !== undefined;
  const containers = status?.containerStatuses ?? [];
  const trouble = ending ? undefined : troubleOf(pod);
  return {
    name: metadata.name,
    ready: !ending && isConditionTrue(status?.conditions, 'Ready'),
    phase: ending ? 'Ending' : (status?.phase ?? 'Pending'),
    ...(spec?.nodeName === undefined ? {} : { node: spec.nodeName }),
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    ...(trouble === undefined ? {} : { trouble }),
    image: (spec?.containers ?? []).map(({ image }) => image ?? '').join(', '),
    imageId: containers.map(({ imageID }) => imageID).filter((id) => id !== '').join(', '),
  };
}

/** What waiting alone does not mend, in half a sentence. */
function troubleOf({ status }: Pod): string | undefined {
  for (const container of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const text = containerTrouble(container);
    if (text !== undefined) return text;
  }
  const scheduled = findCondition(status?.conditions, 'PodScheduled');
  return scheduled?.status === 'False' ? (scheduled.message ?? scheduled.reason ?? 'cannot be scheduled') : undefined;
}

function containerTrouble({ name, state, lastState, ready, restartCount }: ContainerStatus): string | undefined {
  const { waiting } = state ?? {};
  const crashing = waiting?.reason === 'CrashLoopBackOff' || (!ready && restartCount >= CRASHING_RESTARTS);
  if (crashing) {
    const last = lastState?.terminated ?? state?.terminated;
    return `container ${name} ended ${restartCount} times${last ? `, last with exit code ${last.exitCode}` : ''}`;
  }
  if (waiting?.reason === undefined || ORDINARY.has(waiting.reason)) return undefined;
  return `container ${name}: ${waiting.reason}${waiting.message ? `, ${waiting.message}` : ''}`;
}
