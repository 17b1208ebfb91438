import type { Deployment } from '../../../kubernetes/generated/apps-v1.js';
import { REVISION } from '../labels.js';

/** How many Pods of a Deployment are ready, and whether that is what was asked for. */
export interface Readiness {
  readonly ready: boolean;
  readonly message: string;
}

/**
 * Whether all Pods of a Deployment are of its present template and ready; what its status says of an earlier one counts for
 * nothing.
 * @param wanted the revision that it must be of, and how many Pods; its own number when absent
 */
export function readinessOf(deployment: Deployment | undefined, { revision, size }: { readonly revision: string; readonly size?: number | undefined }): Readiness {
  if (!deployment) return { ready: false, message: 'Its Deployment is not there yet.' };
  const { metadata, spec, status = {} } = deployment;
  const wanted = size ?? spec.replicas ?? 1;
  const observed = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const [all, updated, ready] = [status.replicas ?? 0, status.updatedReplicas ?? 0, status.readyReplicas ?? 0];
  const current = metadata.labels?.[REVISION] === revision && observed && (spec.replicas ?? 1) === wanted;
  return { ready: current && updated === wanted && all === wanted && ready >= wanted, message: `Ready:${current ? Math.min(updated, ready) : 0}/${wanted}` };
}
