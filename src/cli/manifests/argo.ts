import { checkAnalysisRun } from '../../frontends/argo/checks/analysis-run.js';
import { checkExperiment } from '../../frontends/argo/checks/experiment.js';
import type { KnownObjects } from '../../frontends/argo/checks/known-objects.js';
import { checkAnalysisTemplate } from '../../frontends/argo/checks/metrics.js';
import { checkRollout } from '../../frontends/argo/checks/rollout.js';
import { virtualServiceName } from '../../frontends/argo/checks/routing.js';
import type { AnalysisTemplate } from '../../frontends/argo/kinds/analysis.js';
import { ARGO_API_VERSION, ARGO_GROUP, argoResources } from '../../frontends/argo/resources.js';
import { isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { PolicyProblem } from '../../model/policy-problem.js';
import type { EmbeddedSchema, KnownKinds } from './known-kinds.js';

const kinds = Object.values(argoResources).map(({ kind }) => kind as string);
const groupOf = ({ apiVersion }: KubernetesObject): string | undefined => apiVersion.split('/')[0];

/** Whether an object is one of Argo Rollouts' kinds; there are others in its group. */
export const isArgo = (object: KubernetesObject): boolean => groupOf(object) === ARGO_GROUP && kinds.includes(object.kind);

/** The kinds that Rollouts and Experiments are checked against. */
export const argoSurroundings = [
  resources.services, resources.ingresses, resources.virtualServices, resources.deployments, argoResources.analysisTemplates, argoResources.clusterAnalysisTemplates,
] as unknown as readonly Resource<KubernetesObject>[];

/** Objects of a kind in a namespace; undefined where nobody can say which there are. */
export type ArgoSource = <T extends KubernetesObject>(resource: Resource<T>, namespace: string) => readonly T[] | undefined;

/** Everything that is wrong with an object of one of Argo's kinds. */
export function lintArgo(object: KubernetesObject, source: ArgoSource, parts: KnownKinds): PolicyProblem[] {
  if (object.apiVersion !== ARGO_API_VERSION) return [{ path: ['apiVersion'], problem: `there is no version "${object.apiVersion.split('/')[1] ?? ''}" of ${ARGO_GROUP}.`, remedy: `Write ${ARGO_API_VERSION}.` }];
  const own = checkOne(object, source);
  const told = new Set(own.map(({ path }) => JSON.stringify(path)));
  // The schema of a template of Pods or of a Job is that of Kubernetes; an API server looks at neither before they are made.
  return [...own, ...embedded(object).flatMap(({ path, value, schema }) => parts.checkEmbedded(value, schema, path)).filter(({ path }) => !told.has(JSON.stringify(path)))];
}

function checkOne(object: KubernetesObject, source: ArgoSource): PolicyProblem[] {
  switch (object.kind) {
    case 'Rollout':
      return checkRollout(object, knownTo(object, source));
    case 'Experiment':
      return checkExperiment(object, knownTo(object, source));
    case 'AnalysisRun':
      return checkAnalysisRun(object);
    case 'ClusterAnalysisTemplate':
    case 'AnalysisTemplate':
      return checkAnalysisTemplate(object, object.kind);
    default:
      return [];
  }
}

function knownTo(object: KubernetesObject, source: ArgoSource): KnownObjects {
  const { namespace = '' } = object.metadata;
  const known = {
    services: source(resources.services, namespace),
    ingresses: source(resources.ingresses, namespace),
    deployments: source(resources.deployments, namespace),
    virtualServices: joined(virtualServiceNamespaces(object).map((each) => source(resources.virtualServices, each))),
    analysisTemplates: sound(source(argoResources.analysisTemplates, namespace), 'AnalysisTemplate'),
    clusterAnalysisTemplates: sound(source(argoResources.clusterAnalysisTemplates, namespace), 'ClusterAnalysisTemplate'),
  };
  return Object.fromEntries(Object.entries(known).filter(([, list]) => list !== undefined)) as KnownObjects;
}

/** What one list does not tell the whole does not tell. */
const joined = <T>(lists: readonly (readonly T[] | undefined)[]): readonly T[] | undefined => (lists.every((list) => list !== undefined) ? lists.flat() : undefined);

/** What is wrong with a template is said of itself: whoever names it only hears that it is there. */
const sound = (templates: readonly AnalysisTemplate[] | undefined, kind: 'AnalysisTemplate' | 'ClusterAnalysisTemplate'): readonly AnalysisTemplate[] | undefined =>
  templates?.map((template) => (checkAnalysisTemplate(template, kind).some(({ severity }) => severity !== 'warning') ? { ...template, spec: {} } : template));

/** Where the VirtualServices are that a Rollout names. */
export function virtualServiceNamespaces(object: KubernetesObject): readonly string[] {
  const { namespace = '' } = object.metadata;
  const istio = at(object, ['spec', 'strategy', 'canary', 'trafficRouting', 'istio']);
  const several = at(istio, ['virtualServices']);
  const named = [at(istio, ['virtualService']), ...(Array.isArray(several) ? (several as unknown[]) : [])].map((each) => at(each, ['name']));
  return [...new Set([namespace, ...named.flatMap((name) => (typeof name === 'string' ? [virtualServiceName(name, namespace).namespace] : []))])];
}

interface Embedded {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  readonly schema: EmbeddedSchema;
}

/** Templates of other objects in one of Argo's. */
function embedded(object: KubernetesObject): Embedded[] {
  const list = (path: readonly string[]): unknown[] => {
    const found = at(object, path);
    return Array.isArray(found) ? found : [];
  };
  const parts: Embedded[] = [
    { path: ['spec', 'template'], value: object.kind === 'Rollout' ? at(object, ['spec', 'template']) : undefined, schema: 'PodTemplateSpec' },
    ...(object.kind === 'Experiment' ? list(['spec', 'templates']) : []).map((each, index): Embedded => ({ path: ['spec', 'templates', index, 'template'], value: at(each, ['template']), schema: 'PodTemplateSpec' })),
    ...list(['spec', 'metrics']).map((each, index): Embedded => ({ path: ['spec', 'metrics', index, 'provider', 'job', 'spec'], value: at(each, ['provider', 'job', 'spec']), schema: 'JobSpec' })),
  ];
  return parts.filter(({ value }) => value !== undefined && value !== null);
}

const at = (value: unknown, path: readonly string[]): unknown => path.reduce<unknown>((inside, part) => (isRecord(inside) ? inside[part] : undefined), value);
