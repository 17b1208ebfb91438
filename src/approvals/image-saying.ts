import type { ClusterClient } from '../cluster/client.js';
import type { ImageApproval } from '../model/images/image-approval.js';
import type { ImageUpdate } from '../model/images/image-update.js';
import { serinResources } from '../model/resources.js';
import { ApprovalError } from './approval-error.js';
import type { Caller } from './caller.js';
import { give, requireAdmission, type Giving } from './giving.js';
import { planImageApproval, type ImageSaying } from './image-decision.js';
import type { Said } from './saying.js';

/**
 * Says something to an image, in the name that the client stands for: creates the ImageApproval.
 * @throws ApprovalError where it cannot be said, ApiError where the cluster is not reached
 */
export async function sayOnImage(client: ClusterClient, update: ImageUpdate, caller: Caller, saying: ImageSaying, giving: Giving = {}): Promise<Said<ImageApproval>> {
  const { namespace = '' } = update.metadata;
  const [policy, { items }] = await Promise.all([
    client.find(serinResources.imagePolicies, { namespace, name: update.spec.policy }, giving),
    client.list(serinResources.imageApprovals, { namespace, ...giving }),
  ]);
  const plan = planImageApproval(update, policy, items, caller, saying);
  if (plan.outcome === 'refused') throw new ApprovalError('refused', plan.why);
  const { done, next } = plan;
  if (plan.outcome === 'nothing') return { approval: plan.approval, done, next, isNew: false };
  await requireAdmission(client, giving);
  return { approval: await give(client, serinResources.imageApprovals, plan.approval, giving), done, next, isNew: true };
}
