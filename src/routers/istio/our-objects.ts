import type { KubernetesObject } from '../../kubernetes/objects.js';
import { MANAGED_BY, POLICY_LABEL } from '../../model/resources.js';
import type { VirtualService } from './objects.js';

/** Name of the DestinationRule that Serin makes beside the user's. */
export function ourRuleName(service: string): string {
  return `${service}-serin`;
}

/** Name of the VirtualService that Serin makes for a preview host. */
export function previewName(policy: string): string {
  return `${policy}-serin-preview`;
}

/** Whether an object was made for this policy. */
export function isOurs({ metadata }: KubernetesObject, policy: string): boolean {
  const labels = metadata.labels ?? {};
  return labels[POLICY_LABEL] === policy && Object.entries(MANAGED_BY).every(([key, value]) => labels[key] === value);
}

/** Whether a VirtualService is that of the preview host; the user's own may carry labels of ours. */
export function isOurVirtualService(object: VirtualService, policy: string): boolean {
  return object.metadata.name === previewName(policy) && isOurs(object, policy);
}
