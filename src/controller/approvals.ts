import type { ApprovalObservation } from '../engine/observation.js';
import { observedApproval } from '../engine/observed-approval.js';
import type { Release } from '../model/release.js';
import { APPROVAL_POLICY, vouchedFor } from '../model/approval-admission.js';
import { serinResources } from '../model/resources.js';
import type { Caches } from './caches.js';

/**
 * What people said to a release, from first to last. Nothing counts where the API server does not vouch for who said it:
 * without the admission policy and its binding anybody could speak for anybody, and what was said then stays worthless.
 */
export function observeApprovals({ metadata }: Release, caches: Caches): ApprovalObservation[] {
  const said = caches.approvals.list({ namespace: metadata.namespace ?? '' }).filter(({ spec }) => spec.release === metadata.name && spec.releaseUid === metadata.uid);
  return vouchedFor(said, serinResources.approvals, caches.approvalPolicy.get({ name: APPROVAL_POLICY }), caches.approvalBinding.get({ name: APPROVAL_POLICY }))
    .map(observedApproval);
}
