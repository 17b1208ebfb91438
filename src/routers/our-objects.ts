import type { KubernetesObject } from '../kubernetes/objects.js';
import { MANAGED_BY, POLICY_LABEL } from '../model/resources.js';

/** The labels by which what Serin makes for a policy is known. */
export function ourLabels(policy: string): Readonly<Record<string, string>> {
  return { ...MANAGED_BY, [POLICY_LABEL]: policy };
}

/**
 * Whether Serin made an object; what it did not make is never overwritten or deleted.
 * @param policy for which it was made; undefined for any
 */
export function isOurObject({ metadata: { labels = {} } }: KubernetesObject, policy: string | undefined): boolean {
  return Object.entries(MANAGED_BY).every(([key, value]) => labels[key] === value) && (policy === undefined || labels[POLICY_LABEL] === policy);
}
