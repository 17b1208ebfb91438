import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import { routers } from '../../routers/registry.js';

/** What an API server calls the deed of a request. */
export type ApiVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** Deeds on the objects of one resource; never on its subresources. */
export interface AllowedDeeds {
  readonly group: string;
  readonly plural: string;
  readonly verbs: readonly ApiVerb[];
}

const on = ({ group, plural }: { readonly group: string; readonly plural: string }, ...verbs: ApiVerb[]): AllowedDeeds => ({ group, plural, verbs });

/**
 * Everything that the server ever asks of the cluster in somebody else's place. Kubernetes cannot limit impersonation to kinds of
 * objects, so the server does; a route that needs more adds it here, and to what docs/server.md says.
 */
export const impersonatedDeeds: readonly AllowedDeeds[] = [
  // What people tell releases and their policies (resources/acting), and what going back is decided on.
  on(serinResources.releases, 'get', 'list', 'patch'),
  on(serinResources.releasePolicies, 'get', 'patch'),
  on(resources.deployments, 'get', 'patch'),
  on(resources.replicaSets, 'get', 'list'),
  // What people say to releases and images: the words themselves, what they are bound to, and whether any counts.
  on(serinResources.approvals, 'get', 'list', 'create'),
  on(serinResources.imageApprovals, 'get', 'list', 'create'),
  on(serinResources.imageUpdates, 'get'),
  on(serinResources.imagePolicies, 'get'),
  on(serinResources.freezeWindows, 'list'),
  on(serinResources.clusterFreezeWindows, 'list'),
  on(resources.pods, 'list'),
  on(resources.validatingAdmissionPolicies, 'get'),
  on(resources.validatingAdmissionPolicyBindings, 'get'),
  // The objects that a release wrote, which are shown.
  ...Object.values(routers).flatMap(({ watches }) => watches.map((resource) => on(resource, 'get', 'list'))),
];
