import type { ClusterClient } from '../../cluster/client.js';
import type { SelfSubjectReview, TokenReview } from '../../kubernetes/generated/authentication-v1.js';
import type { SelfSubjectAccessReview, SubjectAccessReview } from '../../kubernetes/generated/authorization-v1.js';
import type { Resource } from '../../kubernetes/objects.js';
import type { Identity } from '../identity.js';

const authentication = { group: 'authentication.k8s.io', version: 'v1', namespaced: false } as const;
const authorization = { group: 'authorization.k8s.io', version: 'v1', namespaced: false } as const;

/** Questions to the cluster about people, asked by creating an object that is never stored. */
export const reviews = {
  tokens: { ...authentication, kind: 'TokenReview', plural: 'tokenreviews' } satisfies Resource as Resource<TokenReview>,
  own: { ...authentication, kind: 'SelfSubjectReview', plural: 'selfsubjectreviews' } satisfies Resource as Resource<SelfSubjectReview>,
  access: { ...authorization, kind: 'SubjectAccessReview', plural: 'subjectaccessreviews' } satisfies Resource as Resource<SubjectAccessReview>,
  ownAccess: { ...authorization, kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews' } satisfies Resource as Resource<SelfSubjectAccessReview>,
};

/**
 * Whom the cluster takes a client for: the person of a kubeconfig.
 * @throws ApiError where the cluster does not say (before Kubernetes 1.28)
 */
export async function identityOfClient(client: ClusterClient, signal?: AbortSignal): Promise<Identity> {
  const asked: SelfSubjectReview = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } };
  const { status } = await client.create(reviews.own, asked, signal === undefined ? {} : { signal });
  const { username = '', groups = [], uid, extra } = status?.userInfo ?? {};
  return { user: username, groups, method: 'link', ...(uid === undefined ? {} : { uid }), ...(extra === undefined ? {} : { extra }) };
}
