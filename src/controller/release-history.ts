import { hasEnded, type Release } from '../model/release.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { serinResources } from '../model/resources.js';
import type { ControllerContext } from './context.js';
import { name } from './holders.js';
import { remove } from './writes.js';

/** How many ended releases are kept where a policy says nothing. */
const DEFAULT_LIMIT = 20;

/**
 * Deletes the oldest ended releases beyond the limit; never one whose versions still run or are controlled by it, nor the
 * last one.
 */
export async function pruneHistory(context: ControllerContext, policy: ReleasePolicy): Promise<void> {
  const { namespace = '' } = policy.metadata;
  const ended = context.caches.releases
    .list({ namespace })
    .filter(({ spec, status, metadata }) => spec.policy === policy.metadata.name && hasEnded(status?.phase ?? 'Preparing') && metadata.deletionTimestamp === undefined)
    .sort((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '') || b.metadata.name.localeCompare(a.metadata.name, 'en', { numeric: true }));
  for (const release of ended.slice(policy.spec.historyLimit ?? DEFAULT_LIMIT)) {
    if (release.metadata.name === policy.status?.release || holdsSomething(context, release)) continue;
    await remove(context, 'release.prune', context.caches.releases, release, (client) => client.delete(serinResources.releases, name(release), { propagationPolicy: 'Background' }));
  }
}

function holdsSomething({ caches }: ControllerContext, { metadata, spec }: Release): boolean {
  if (caches.replicaSets.controlledBy(metadata.uid ?? '').length > 0) return true;
  const canary = caches.replicaSets.get({ namespace: metadata.namespace ?? '', name: spec.canary.replicaSet });
  return (canary?.spec.replicas ?? 0) > 0;
}
