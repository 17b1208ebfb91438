import { askingImages } from '../../../approvals/image-asking.js';
import type { ImageApproval } from '../../../model/images/image-approval.js';
import type { ImagePolicy } from '../../../model/images/image-policy.js';
import type { ImageUpdate } from '../../../model/images/image-update.js';
import type { Asked } from '../releases/asking.js';

/** What an image waits for people to say; undefined where it waits for nobody. @param approvals all of its namespace */
export function askedOfImage(update: ImageUpdate, policy: ImagePolicy | undefined, approvals: readonly ImageApproval[]): Asked | undefined {
  const [asking] = askingImages([update], policy ? [policy] : [], approvals);
  return asking && { ...asking, step: 0, window: undefined };
}
