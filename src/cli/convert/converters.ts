import { oamResources, type Application } from '../../frontends/kubevela/application.js';
import { applicationPolicies } from '../../frontends/kubevela/convert.js';
import { canaryPolicy } from '../../frontends/flagger/convert.js';
import { FLAGGER_GROUP, type FlaggerMetricTemplate } from '../../frontends/flagger/canary.js';
import type { KnownObjects } from '../../frontends/argo/checks/known-objects.js';
import type { AnalysisTemplate } from '../../frontends/argo/kinds/analysis.js';
import { rolloutPolicy } from '../../frontends/argo/convert/rollout-policy.js';
import { ARGO_GROUP } from '../../frontends/argo/resources.js';
import type { Converted } from '../../frontends/conversion/converted.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { isOf } from '../manifests/surroundings.js';

/** A kind that becomes policies. */
interface Converter {
  readonly group: string;
  readonly kind: string;
  /** @param others all objects of the files */
  readonly convert: (object: KubernetesObject, others: readonly KubernetesObject[]) => Converted;
}

/** All kinds that become policies. */
export const converters: readonly Converter[] = [
  { group: ARGO_GROUP, kind: 'Rollout', convert: (object, others) => rolloutPolicy(object, knownObjects(others)) },
  { group: FLAGGER_GROUP, kind: 'Canary', convert: (object, others) => canaryPolicy(object, { metricTemplates: ofKind<FlaggerMetricTemplate>(others, FLAGGER_GROUP, 'MetricTemplate') }) },
  { group: oamResources.applications.group, kind: oamResources.applications.kind, convert: (object) => applicationPolicies(object as Application) },
];

/** Kinds that are read beside the others, and become part of what comes of them. */
export const readAlong: readonly { readonly group: string; readonly kind: string }[] = [
  { group: ARGO_GROUP, kind: 'AnalysisTemplate' }, { group: ARGO_GROUP, kind: 'ClusterAnalysisTemplate' }, { group: FLAGGER_GROUP, kind: 'MetricTemplate' },
];

/** What speaks against an object is said of itself; here only kind and group are asked for, and whether it has a spec. */
function ofKind<T extends KubernetesObject>(objects: readonly KubernetesObject[], group: string, kind: string): T[] {
  const resource = { group, kind, version: '', plural: '', namespaced: true };
  return objects.filter((object) => isOf(object, resource) && typeof Reflect.get(object, 'spec') === 'object' && Reflect.get(object, 'spec') !== null) as T[];
}

/** Of kinds of which there is none among the files nothing is known: they may be somewhere else. */
function knownObjects(objects: readonly KubernetesObject[]): KnownObjects {
  const some = <T extends KubernetesObject>({ group, kind }: Resource<T>): T[] | undefined => {
    const found = ofKind<T>(objects, group, kind);
    return found.length > 0 ? found : undefined;
  };
  const [services, ingresses, virtualServices, deployments] = [some(resources.services), some(resources.ingresses), some(resources.virtualServices), some(resources.deployments)];
  return {
    ...(services ? { services } : {}), ...(ingresses ? { ingresses } : {}), ...(virtualServices ? { virtualServices } : {}), ...(deployments ? { deployments } : {}),
    analysisTemplates: ofKind<AnalysisTemplate>(objects, ARGO_GROUP, 'AnalysisTemplate'),
    clusterAnalysisTemplates: ofKind<AnalysisTemplate>(objects, ARGO_GROUP, 'ClusterAnalysisTemplate'),
  };
}
