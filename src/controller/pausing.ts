import type { Pausing } from '../engine/observation.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import { PAUSING_POLICY, pausesOnChange } from '../model/admission.js';
import type { Caches } from './caches.js';
import type { Workload } from './workload.js';

/** The kinds by which a cluster keeps Deployments from rolling; older ones do not know them. */
export const pausingKinds: readonly Resource<KubernetesObject>[] = [resources.mutatingAdmissionPolicies, resources.mutatingAdmissionPolicyBindings];

export const isPausingKind = ({ kind }: Resource<KubernetesObject>): boolean => pausingKinds.some((each) => each.kind === kind);

/** How long every API server is given to go by an admission policy that is new, in milliseconds; they look for one each second. */
const SETTLE = 10_000;

/** What keeps a workload from rolling when its template changes. `settledAt`: when that will be another answer, if nothing changes. */
export function pausingOf({ deployment, paused }: Workload, caches: Pick<Caches, 'routing' | 'unchangedSince'>, now: number): { readonly pausing: Pausing; readonly settledAt?: number } {
  if (!deployment) return { pausing: 'OnChange' };
  const policy = caches.routing(resources.mutatingAdmissionPolicies)?.get({ name: PAUSING_POLICY });
  const binding = caches.routing(resources.mutatingAdmissionPolicyBindings)?.get({ name: PAUSING_POLICY });
  if (!policy || !binding || !pausesOnChange(policy, binding)) return { pausing: 'AtRest' };
  const settledAt = Math.max(caches.unchangedSince(policy), caches.unchangedSince(binding)) + SETTLE;
  // One that is not paused gains nothing by waiting.
  return now >= settledAt || !paused ? { pausing: 'OnChange' } : { pausing: 'Unsettled', settledAt };
}
