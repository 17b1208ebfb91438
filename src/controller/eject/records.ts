import type { Job } from '../../kubernetes/generated/batch-v1.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { FINALIZER, serinResources } from '../../model/resources.js';
import { isFinished } from '../step-job.js';
import { deletion, patch, write } from './actions.js';
import type { EjectAction, EjectView } from './view.js';

/**
 * Away with Serin's own objects: Jobs, approvals, releases, then the policy. Finalizers first: what is deleted with one
 * stays until a controller comes.
 */
export function removeRecords({ jobs, approvals, releases, policy }: EjectView): EjectAction | undefined {
  for (const job of jobs) {
    // A finished one goes with its release.
    const gone = freeOf(resources.jobs, job) ?? (isFinished(job) ? undefined : deleteOf(resources.jobs, job));
    if (gone) return gone;
  }
  for (const approval of approvals) {
    const gone = deleteOf(serinResources.approvals, approval);
    if (gone) return gone;
  }
  for (const release of releases) {
    const gone = freeOf(serinResources.releases, release) ?? deleteOf(serinResources.releases, release);
    if (gone) return gone;
  }
  return policy && (freeOf(serinResources.releasePolicies, policy) ?? deleteOf(serinResources.releasePolicies, policy));
}

/** Whether somebody else's finalizer keeps it; that is not ours to wait for. */
const isGoing = ({ metadata }: KubernetesObject): boolean => metadata.deletionTimestamp !== undefined;

function deleteOf(resource: Resource<KubernetesObject>, object: KubernetesObject | Job): EjectAction | undefined {
  return isGoing(object) ? undefined : write(`${object.kind} ${object.metadata.name} is deleted`, deletion(resource, object));
}

function freeOf(resource: Resource<KubernetesObject>, object: KubernetesObject): EjectAction | undefined {
  const finalizers = object.metadata.finalizers ?? [];
  if (!finalizers.includes(FINALIZER)) return undefined;
  return write(`${object.kind} ${object.metadata.name} loses its finalizer`, patch(resource, object, { op: 'replace', path: '/metadata/finalizers', value: finalizers.filter((each) => each !== FINALIZER) }));
}
