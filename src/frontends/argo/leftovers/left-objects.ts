import { isRecord } from '../../../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { isControlledBy } from '../../../kubernetes/owners.js';
import { resources } from '../../../kubernetes/resources.js';
import type { RoutingWrite } from '../../../routers/router.js';
import { MANAGED_BY } from '../checks/services.js';
import { twoServicesOf } from '../policy/routing.js';
import { ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';
import type { NamedObject } from '../rollout-decision.js';
import { serviceNames } from '../scaling/services.js';
import type { Facts } from '../updates/facts.js';

/** What a Rollout led once and names no longer. */
export interface LeftObjects {
  readonly routes: readonly RoutingWrite[];
  readonly remove: readonly NamedObject[];
}

/**
 * Services and DestinationRules that the Rollout names no longer are given back, without hash and annotation; Ingresses for a
 * canary that nothing weighs any more go. Only while all Pods that a Service selects then are of one version that is there.
 */
export function leftObjects({ rollout, observed, moving, done, stable, replicas }: Facts): LeftObjects {
  const full = (stable?.status?.availableReplicas ?? 0) >= replicas;
  if (moving || !done || !full) return { routes: [], remove: [] };
  const { metadata } = rollout;
  const config = twoServicesOf(rollout);
  const isOurs = (object: KubernetesObject): boolean => object.metadata.annotations?.[MANAGED_BY] === metadata.name && (object.metadata.namespace ?? metadata.namespace) === metadata.namespace;
  const names = serviceNames(rollout);
  const services = (observed.known.services ?? []).filter((each) => isOurs(each) && !names.includes(each.metadata.name));
  const rules = observed.found.serves?.(resources.destinationRules) === false ? [] : observed.found.list(resources.destinationRules, metadata.namespace);
  const ingresses = (observed.known.ingresses ?? []).filter((each) => isControlledBy(each, rollout) && !(config?.ingresses ?? []).some(({ canaryName }) => canaryName === each.metadata.name));
  return {
    routes: [
      ...services.map((each) => givenBack(resources.services, each, each.spec?.selector?.[ROLLOUTS_HASH_LABEL] === undefined ? {} : { spec: { selector: { [ROLLOUTS_HASH_LABEL]: null } } })),
      ...rules.filter((each) => isOurs(each) && each.metadata.name !== config?.destinationRule?.name).map((each) => givenBack(resources.destinationRules, each, { spec: { subsets: (each.spec?.subsets ?? []).map(withoutHash) } })),
    ],
    remove: ingresses.map((each) => ({ resource: resources.ingresses, name: each.metadata.name })),
  };
}

function givenBack(resource: Resource<KubernetesObject>, { metadata }: KubernetesObject, patch: object): RoutingWrite {
  return { action: 'patch', resource, name: metadata.name, patchKind: 'merge', patch: { metadata: { annotations: { [MANAGED_BY]: null } }, ...patch }, resourceVersion: metadata.resourceVersion ?? '' };
}

function withoutHash(subset: object): object {
  const labels: unknown = Reflect.get(subset, 'labels');
  if (!isRecord(labels) || labels[ROLLOUTS_HASH_LABEL] === undefined) return subset;
  const { [ROLLOUTS_HASH_LABEL]: _hash, ...rest } = labels;
  return { ...subset, labels: rest };
}
