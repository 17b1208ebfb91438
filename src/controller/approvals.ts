import type { ApprovalObservation } from '../engine/observation.js';
import type { Release } from '../model/release.js';
import { APPROVAL_POLICY } from '../model/approval-admission.js';
import type { Caches } from './caches.js';

/**
 * What people said to a release, from first to last. Nothing counts where the API server does not vouch for who said it:
 * without the admission policy and its binding anybody could speak for anybody.
 */
export function observeApprovals({ metadata }: Release, caches: Caches): ApprovalObservation[] {
  const namespace = metadata.namespace ?? '';
  const vouched = caches.approvalPolicy.get({ name: APPROVAL_POLICY }) !== undefined && caches.approvalBinding.get({ name: APPROVAL_POLICY })?.spec?.validationActions?.includes('Deny') === true;
  if (!vouched) return [];
  return caches.approvals
    .list({ namespace })
    .filter(({ spec }) => spec.release === metadata.name && spec.releaseUid === metadata.uid)
    .sort((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '') || a.metadata.name.localeCompare(b.metadata.name))
    .map(({ spec }) => ({ user: spec.user, groups: spec.groups ?? [], step: spec.step - 1, approved: spec.approved, comment: spec.comment ?? '' }));
}
