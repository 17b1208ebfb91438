import type { ImageUpdate, ImageUpdatePhase } from '../../model/images/image-update.js';

/** What has become of an update so far; one that nobody has looked at is Pending. */
export const phaseOf = ({ status }: ImageUpdate): ImageUpdatePhase => status?.phase ?? 'Pending';

/** Whether nothing will come of an update any more. */
export function isEnded(update: ImageUpdate): boolean {
  const phase = phaseOf(update);
  return phase !== 'Pending' && phase !== 'WaitingForApproval';
}
