import { isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { SelfSubjectAccessReview } from '../../kubernetes/generated/authorization-v1.js';
import type { Resource } from '../../kubernetes/objects.js';
import { API_VERSION, GROUP } from '../../model/resources.js';

const reviews: Resource<SelfSubjectAccessReview> = { group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews', namespaced: false };

/** Something that one wants to know of oneself: whether it is allowed. */
export interface OwnDeed {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
}

/** May see all releases of the cluster, and not only those of one namespace. */
export const SEES_EVERYTHING: OwnDeed = { verb: 'list', group: GROUP, resource: 'releases' };
/** May ask the cluster who a token belongs to. */
export const KNOWS_TOKENS: OwnDeed = { verb: 'create', group: 'authentication.k8s.io', resource: 'tokenreviews' };

/** Whether whoever this client is may do it, in all namespaces. @throws ApiError */
export async function mayOneself(client: ClusterClient, { verb, group, resource }: OwnDeed, signal: AbortSignal): Promise<boolean> {
  const review: SelfSubjectAccessReview = {
    apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', metadata: { name: '' },
    spec: { resourceAttributes: { verb, group, resource } },
  };
  return (await client.create(reviews, review, { signal })).status?.allowed === true;
}

/** Whether the cluster knows releases at all. @throws ApiError */
export async function servesReleases(client: ClusterClient, signal: AbortSignal): Promise<boolean> {
  try {
    await client.raw(`/apis/${API_VERSION}`, undefined, { signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
