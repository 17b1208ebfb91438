import type { KubernetesObject } from '../kubernetes/objects.js';
import { freezesAt, type Freeze } from '../model/freeze-calendar.js';
import { hasBegun } from '../model/beginning.js';
import type { Release } from '../model/release.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import type { Caches } from './caches.js';

/** The freeze windows that a release of this policy is in now, those of its namespace and those of the cluster; none once it has begun. */
export function observeFreezes(release: Release, policy: ReleasePolicy | undefined, { freezeWindows, clusterFreezeWindows }: Pick<Caches, 'freezeWindows' | 'clusterFreezeWindows'>, now: number): Freeze[] {
  if (!isUnbegun(release)) return [];
  const { namespace = '' } = release.metadata;
  return freezesAt([...freezeWindows.list({ namespace }), ...(clusterFreezeWindows?.list() ?? [])], policy?.metadata.labels ?? {}, now);
}

/** Whether a release is there that has touched nothing; the first version of a program runs already. */
export const isUnbegun = ({ status, spec }: Release): boolean => spec.first !== true && (status === undefined || !hasBegun(status));

/** Releases that may begin, or have to wait, because this window changed. */
export function releasesFrozenBy(window: KubernetesObject, { releases }: Pick<Caches, 'releases'>): Release[] {
  const { namespace } = window.metadata;
  return releases.list(namespace === undefined ? {} : { namespace }).filter(isUnbegun);
}
