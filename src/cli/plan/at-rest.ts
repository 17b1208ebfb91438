import { serviceNames } from '../../controller/service-names.js';
import type { Release } from '../../model/release.js';
import { resources } from '../../kubernetes/resources.js';
import { configuredRouter } from '../../routers/registry.js';
import type { ClusterCopy } from './cluster-copy.js';
import { walk } from './walk.js';

/**
 * Ends a release on a copy as if it had been taken back: routes and the Deployment are as they were found, so that a plan
 * begins where the next release would.
 */
export function endOnCopy(copy: ClusterCopy, { spec, status }: Release): void {
  const { router, config } = configuredRouter(spec.router);
  walk(copy, status?.claims ?? [], (claims) => router.release(config, copy, claims, { namespace: copy.namespace, policy: spec.policy, ...serviceNames(spec, spec.policy), after: { lead: 'stable' } }));
  if (spec.workload.kind !== 'Deployment') return;
  copy.edit(resources.deployments, spec.workload.name, (object) => ({ ...object, spec: { ...object.spec, paused: false } }));
}
