import type { PolicySurroundings } from '../../controller/policy-checks.js';
import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import { isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { serinResources } from '../../model/resources.js';
import type { Found } from '../../routers/router.js';
import { templatesAmong } from './templates.js';

/** Workloads that Serin cannot release. */
export const otherWorkloads: readonly Resource<KubernetesObject>[] = [
  { group: 'apps', version: 'v1', kind: 'StatefulSet', plural: 'statefulsets', namespaced: true },
  { group: 'apps', version: 'v1', kind: 'DaemonSet', plural: 'daemonsets', namespaced: true },
];

/** Objects of one namespace by kind, as a cluster has them or as they will be there. */
export interface ObjectSource {
  list<T extends KubernetesObject>(resource: Resource<T>): T[];
  serves(resource: Resource<KubernetesObject>): boolean;
  /** Whether these are all objects of a kind that no policy needs. */
  holdsAll(resource: Resource<KubernetesObject>): boolean;
  /** False where there may be more objects than these, as with files that hold a policy alone. */
  complete(policy: ReleasePolicy): boolean;
}

/** Whether users run the versions of a policy as ReplicaSets, which nobody else needs to look at; works for any policy, however wrong. */
export function runsByReplicaSets({ spec }: ReleasePolicy): boolean {
  const list: unknown = spec.workload.versions?.list;
  return Array.isArray(list) && list.some((version) => isRecord(version) && version['replicaSet'] !== undefined);
}

/** What stands around a policy. @param now milliseconds since the epoch */
export function surroundingsOf(policy: ReleasePolicy, source: ObjectSource, now: number): PolicySurroundings {
  const policies = source.list(serinResources.releasePolicies);
  const templates = templatesAmong(source);
  if (!source.complete(policy)) return { deployment: 'unknown', policies, templates };
  const { deployment } = policy.spec.workload;
  const deployments: Deployment[] = source.list(resources.deployments);
  const found: Found = {
    now,
    get: (resource, name) => {
      const object = source.list(resource).find(({ metadata }) => metadata.name === name);
      return object && { object, unchangedSince: 0 };
    },
    list: (resource) => source.list(resource),
    serves: (resource) => source.serves(resource),
  };
  // While a release steers them, the routing objects say what it wrote.
  const steered = policy.status?.phase === 'Releasing';
  return {
    ...(steered ? {} : { found }),
    deployment: deployments.find(({ metadata }) => metadata.name === deployment),
    deployments,
    ...(runsByReplicaSets(policy) && source.holdsAll(resources.replicaSets) ? { replicaSets: source.list(resources.replicaSets) } : {}),
    deploymentNames: deployments.map(({ metadata }) => metadata.name),
    otherKind: otherWorkloads.find((resource) => source.list(resource).some(({ metadata }) => metadata.name === deployment))?.kind,
    policies, templates,
  };
}

/** Whether an object is of this resource, in whichever version. */
export function isOf(object: KubernetesObject, { kind, group }: Resource<KubernetesObject>): boolean {
  const own = object.apiVersion.includes('/') ? object.apiVersion.slice(0, object.apiVersion.indexOf('/')) : '';
  return object.kind === kind && own === group;
}
