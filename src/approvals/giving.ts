import { isConflict, isForbidden, isNotFound } from '../cluster/api-error.js';
import type { ClusterClient } from '../cluster/client.js';
import type { SelfSubjectReview } from '../kubernetes/generated/authentication-v1.js';
import { deepEqual } from '../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import { APPROVAL_POLICY } from '../model/approval-admission.js';
import { ApprovalError } from './approval-error.js';
import type { Caller } from './caller.js';

const selfSubjectReviews: Resource<SelfSubjectReview> = { group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', namespaced: false };

/** How a request can be given up. */
export interface Giving {
  readonly signal?: AbortSignal;
}

/** Who the API server takes the caller for. @throws ApprovalError where it does not say */
export async function callerOf(client: ClusterClient, giving: Giving = {}): Promise<Caller> {
  try {
    const review = await client.create(selfSubjectReviews, { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } }, giving);
    const { username, groups } = review.status?.userInfo ?? {};
    if (username !== undefined && username !== '') return { username, groups: groups ?? [] };
  } catch (error) {
    if (!isNotFound(error) && !isForbidden(error)) throw error;
  }
  throw new ApprovalError('anonymous', 'the cluster does not say who you are (SelfSubjectReview, Kubernetes 1.28), and an approval is given in a name. Ask its administrator.');
}

/**
 * Makes sure that an approval would count at all: without the admission policy that binds it to its author, none does.
 * Who may not look is told by the release itself. @throws ApprovalError where the policy is missing
 */
export async function requireAdmission(client: ClusterClient, giving: Giving = {}): Promise<void> {
  const there = await Promise.all([present(client, resources.validatingAdmissionPolicies, giving), present(client, resources.validatingAdmissionPolicyBindings, giving)]);
  if (there.every((each) => each)) return;
  throw new ApprovalError(
    'unvouched',
    `no approval counts on this cluster: without the ValidatingAdmissionPolicy ${APPROVAL_POLICY} and its binding nobody vouches for who gives one, so approvals fail closed. Put it there with: serin install (Kubernetes 1.30 or later).`,
  );
}

async function present(client: ClusterClient, resource: Resource<KubernetesObject>, giving: Giving): Promise<boolean> {
  try {
    return (await client.find(resource, { name: APPROVAL_POLICY }, giving)) !== undefined;
  } catch (error) {
    if (isForbidden(error)) return true;
    throw error;
  }
}

/** An object by which a person says something. */
interface Word extends KubernetesObject {
  readonly spec: { readonly user: string };
}

/** Creates an Approval or ImageApproval; one that says the same in the same name is taken as it is. @throws ApprovalError where the caller may not */
export async function give<T extends Word>(client: ClusterClient, resource: Resource<T>, word: T, giving: Giving = {}): Promise<T> {
  const { name, namespace = '' } = word.metadata;
  try {
    return await client.create(resource, word, giving);
  } catch (error) {
    if (isConflict(error)) return theSame(resource, await client.get(resource, { namespace, name }, giving), word);
    if (!isForbidden(error)) throw error;
    const { user } = word.spec;
    if (!/cannot create resource/.test(error.message)) throw new ApprovalError('forbidden', `the cluster refuses the approval: ${error.status.message ?? error.message}.`);
    throw new ApprovalError(
      'forbidden',
      `${user} may not create ${resource.kind}s in namespace ${namespace}. Somebody who may has to allow it: kubectl create role approver -n ${namespace} --verb=create --resource=${resource.plural}.serin.dev && kubectl create rolebinding approver-${user.replace(/[^a-z0-9-]+/gi, '-')} -n ${namespace} --role=approver --user=${user}.`,
    );
  }
}

/** What stands under the name already, where it says the same in the same name. @throws ApprovalError where it does not: anyone may take a name */
function theSame<T extends Word>(resource: Resource<T>, found: T, { spec, metadata }: T): T {
  const meaning = ({ comment: _comment, groups: _groups, via: _via, ...rest }: T['spec'] & { comment?: unknown; groups?: unknown; via?: unknown }): unknown => rest;
  if (deepEqual(meaning(found.spec), meaning(spec))) return found;
  const whose = found.spec.user === spec.user ? 'says something else' : `not yours: ${found.spec.user} gave it`;
  throw new ApprovalError('taken', `${resource.kind} ${metadata.name} is there already and ${whose}. Delete it, and say it again: kubectl delete ${resource.plural}.serin.dev ${metadata.name} -n ${metadata.namespace ?? ''}.`);
}
