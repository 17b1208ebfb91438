import { isConflict, isForbidden, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { SelfSubjectReview } from '../../kubernetes/generated/authentication-v1.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { Approval } from '../../model/approval.js';
import { APPROVAL_POLICY } from '../../model/approval-admission.js';
import { serinResources } from '../../model/resources.js';
import { CliError } from '../errors.js';
import type { Caller } from './decision.js';

const selfSubjectReviews: Resource<SelfSubjectReview> = { group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', namespaced: false };

/** Who the API server takes the caller for. @throws CliError where it does not say */
export async function callerOf(client: ClusterClient, signal: AbortSignal): Promise<Caller> {
  try {
    const review = await client.create(selfSubjectReviews, { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } }, { signal });
    const { username, groups } = review.status?.userInfo ?? {};
    if (username !== undefined && username !== '') return { username, groups: groups ?? [] };
  } catch (error) {
    if (!isNotFound(error) && !isForbidden(error)) throw error;
  }
  throw new CliError('the cluster does not say who you are (SelfSubjectReview, Kubernetes 1.28), and an approval is given in a name. Ask its administrator.');
}

/**
 * Makes sure that an approval would count at all: without the admission policy that binds it to its author, none does.
 * Who may not look is told by the release itself. @throws CliError where the policy is missing
 */
export async function requireAdmission(client: ClusterClient, signal: AbortSignal): Promise<void> {
  const there = await Promise.all([present(client, resources.validatingAdmissionPolicies, signal), present(client, resources.validatingAdmissionPolicyBindings, signal)]);
  if (there.every((each) => each)) return;
  throw new CliError(
    `no approval counts on this cluster: without the ValidatingAdmissionPolicy ${APPROVAL_POLICY} and its binding nobody vouches for who gives one, so approvals fail closed. Put it there with: serin install (Kubernetes 1.30 or later).`,
  );
}

async function present(client: ClusterClient, resource: Resource<KubernetesObject>, signal: AbortSignal): Promise<boolean> {
  try {
    return (await client.find(resource, { name: APPROVAL_POLICY }, { signal })) !== undefined;
  } catch (error) {
    if (isForbidden(error)) return true;
    throw error;
  }
}

/** Creates an Approval. @throws CliError where the caller may not */
export async function give(client: ClusterClient, approval: Approval, signal: AbortSignal): Promise<Approval> {
  const { name, namespace = '' } = approval.metadata;
  try {
    return await client.create(serinResources.approvals, approval, { signal });
  } catch (error) {
    if (isConflict(error)) return theSame(await client.get(serinResources.approvals, { namespace, name }, { signal }), approval);
    if (!isForbidden(error)) throw error;
    const { user } = approval.spec;
    if (!/cannot create resource/.test(error.message)) throw new CliError(`the cluster refuses the approval: ${error.status.message ?? error.message}.`);
    throw new CliError(
      `${user} may not create Approvals in namespace ${namespace}. Somebody who may has to allow it: kubectl create role approver -n ${namespace} --verb=create --resource=approvals.serin.dev && kubectl create rolebinding approver-${user.replace(/[^a-z0-9-]+/gi, '-')} -n ${namespace} --role=approver --user=${user}.`,
    );
  }
}

/** What stands under the name already, where it says the same in the same name. @throws CliError where it does not: anyone may take a name */
function theSame(found: Approval, { spec, metadata }: Approval): Approval {
  const same = found.spec.user === spec.user && found.spec.releaseUid === spec.releaseUid && found.spec.step === spec.step && found.spec.approved === spec.approved;
  if (same) return found;
  throw new CliError(`Approval ${metadata.name} is there already and not yours: ${found.spec.user} gave it. Delete it, and say it again: kubectl delete approvals.serin.dev ${metadata.name} -n ${metadata.namespace ?? ''}.`);
}
