import type { ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import type { LabelSelector } from '../../kubernetes/generated/meta-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { kindOfVersions } from '../../model/policy/workload.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { MANAGED_BY, POLICY_LABEL } from '../../model/resources.js';
import { HASH_LABEL } from '../../model/version.js';
import type { ClusterCopy } from './cluster-copy.js';
import type { PlannedVersion, PlannedVersions } from './planned-versions.js';

/** How many Pods each version has, and whether the release is still on. */
export interface Sizes {
  readonly stable: number;
  readonly canary: number;
  readonly phase: 'trial' | 'home';
}

/** Writes sizes to a copy: to the two ReplicaSets, or to the Deployments where users run the versions. */
export function sizeWorkload(copy: ClusterCopy, { spec, metadata }: ReleasePolicy, { stable, canary, selector }: PlannedVersions, sizes: Sizes): void {
  if (spec.workload.versions) {
    const byDeployment = kindOfVersions(spec.workload.versions) === 'Deployment';
    for (const [{ name }, replicas] of [[stable, sizes.stable], [canary, sizes.canary]] as const) {
      if (byDeployment) copy.edit(resources.deployments, name, (object) => ({ ...object, spec: { ...object.spec, replicas } }));
      else copy.edit(resources.replicaSets, name, (object) => ({ ...object, spec: { ...object.spec, replicas } }));
    }
    if (sizes.phase === 'home' && spec.workload.versions.old === 'Delete') copy.remove(byDeployment ? resources.deployments : resources.replicaSets, stable.name);
    return;
  }
  if (spec.workload.deployment !== undefined) {
    const paused = sizes.phase === 'trial';
    copy.edit(resources.deployments, spec.workload.deployment, (object) => {
      const { paused: before, ...rest } = object.spec;
      return (before ?? false) === paused ? object : { ...object, spec: { ...rest, ...(paused ? { paused } : {}) } };
    });
  }
  const made = copy.get(resources.replicaSets, canary.name);
  if (!made) copy.put(replicaSetFor(canary, copy.namespace, selector, spec.workload.inline ? { ...MANAGED_BY, [POLICY_LABEL]: metadata.name } : {}));
  for (const [{ name }, replicas] of [[stable, sizes.stable], [canary, sizes.canary]] as const) {
    copy.edit(resources.replicaSets, name, (object) => ({ ...object, spec: { ...object.spec, replicas } }));
  }
}

/** As the controller makes it. */
function replicaSetFor({ name, hash, template }: PlannedVersion, namespace: string, selector: LabelSelector | undefined, own: Readonly<Record<string, string>>): ReplicaSet {
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace, labels: { ...labels, ...own } },
    spec: { replicas: 0, selector: { ...selector, matchLabels: { ...selector?.matchLabels, [HASH_LABEL]: hash } }, template: { ...template, metadata: { ...(template.metadata ?? { name: '' }), labels } } },
  };
}
