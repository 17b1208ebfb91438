import type { ApprovalObservation } from '../engine/observation.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import type { Release } from '../model/release.js';
import { APPROVAL_POLICY } from '../model/approval-admission.js';
import type { Caches } from './caches.js';

/**
 * What people said to a release, from first to last. Nothing counts where the API server does not vouch for who said it:
 * without the admission policy and its binding anybody could speak for anybody, and what was said then stays worthless.
 */
export function observeApprovals({ metadata }: Release, caches: Caches): ApprovalObservation[] {
  const since = vouchedSince(caches);
  if (since === undefined) return [];
  return caches.approvals
    .list({ namespace: metadata.namespace ?? '' })
    .filter((approval) => approval.spec.release === metadata.name && approval.spec.releaseUid === metadata.uid && createdAt(approval) > since)
    .sort((a, b) => createdAt(a).localeCompare(createdAt(b)) || a.metadata.name.localeCompare(b.metadata.name))
    .map(({ spec }) => ({ user: spec.user, groups: spec.groups ?? [], step: spec.step - 1, approved: spec.approved, comment: spec.comment ?? '' }));
}

/** The second in which the later one of admission policy and binding was made; undefined where one is missing or does not deny. */
function vouchedSince({ approvalPolicy, approvalBinding }: Caches): string | undefined {
  const policy = approvalPolicy.get({ name: APPROVAL_POLICY });
  const binding = approvalBinding.get({ name: APPROVAL_POLICY });
  if (!policy || !binding?.spec?.validationActions?.includes('Deny')) return undefined;
  return [createdAt(policy), createdAt(binding)].sort().at(-1);
}

const createdAt = ({ metadata }: KubernetesObject): string => metadata.creationTimestamp ?? '';
