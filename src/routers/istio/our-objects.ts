import { isOurObject } from '../our-objects.js';
import type { VirtualService } from './objects.js';

/** Name of the DestinationRule that Serin makes beside the user's. */
export function ourRuleName(service: string): string {
  return `${service}-serin`;
}

/** Name of the VirtualService that Serin makes for a preview host. */
export function previewName(policy: string): string {
  return `${policy}-serin-preview`;
}

/** Whether a VirtualService is that of the preview host; the user's own may carry labels of ours. */
export function isOurVirtualService(object: VirtualService, policy: string): boolean {
  return object.metadata.name === previewName(policy) && isOurObject(object, policy);
}
