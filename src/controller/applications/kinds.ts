import { oamResources } from '../../frontends/kubevela/application.js';
import { rolloutResource } from '../../frontends/kubevela/rollout-object.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';

/** Everything that an Application may be turned into. */
const kinds = [
  resources.controllerRevisions, oamResources.applicationRevisions, resources.deployments, resources.services, resources.gateways, resources.virtualServices,
  resources.destinationRules, serinResources.releasePolicies, rolloutResource,
] as unknown as readonly Resource<KubernetesObject>[];

/** The resource of an object that an Application was turned into. @throws Error for a kind that none is turned into */
export function resourceOf({ apiVersion, kind }: KubernetesObject): Resource<KubernetesObject> {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const found = kinds.find((each) => each.group === group && each.kind === kind);
  if (!found) throw new Error(`Applications are not turned into ${kind}.${group}`);
  return found;
}
