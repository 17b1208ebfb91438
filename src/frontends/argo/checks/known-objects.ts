import type { Deployment } from '../../../kubernetes/generated/apps-v1.js';
import type { Service } from '../../../kubernetes/generated/core-v1.js';
import type { VirtualService } from '../../../kubernetes/generated/istio-v1.js';
import type { Ingress } from '../../../kubernetes/generated/networking-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { PolicyProblem } from '../../../model/policy-problem.js';
import { nearestName } from '../../../model/suggestion.js';
import type { AnalysisTemplate } from '../kinds/analysis.js';

/** What stands around a Rollout, on a cluster or in files. A list that is absent cannot be asked for, and is not missed. */
export interface KnownObjects {
  readonly services?: readonly Service[];
  readonly ingresses?: readonly Ingress[];
  readonly virtualServices?: readonly VirtualService[];
  readonly deployments?: readonly Deployment[];
  readonly analysisTemplates?: readonly AnalysisTemplate[];
  readonly clusterAnalysisTemplates?: readonly AnalysisTemplate[];
  /** Where Prometheus is for metrics that do not say it. */
  readonly prometheusAddress?: string | undefined;
}

export type Path = PolicyProblem['path'];

/** Objects that can be asked for by name. */
export interface Lookup<T> {
  readonly found: T | undefined;
  /** That it is not there; empty where that is not known. */
  readonly problems: PolicyProblem[];
}

/** Looks an object up by its name. @param namespace absent for objects of the whole cluster */
export function lookUp<T extends KubernetesObject>(objects: readonly T[] | undefined, kind: string, name: string, namespace: string | undefined, path: Path): Lookup<T> {
  if (!objects) return { found: undefined, problems: [] };
  const near = objects.filter(({ metadata }) => namespace === undefined || (metadata.namespace ?? namespace) === namespace);
  const found = near.find(({ metadata }) => metadata.name === name);
  if (found) return { found, problems: [] };
  const meant = nearestName(name, near.map(({ metadata }) => metadata.name ?? ''));
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  return { found: undefined, problems: [{ path, problem: `there is no ${kind} ${name}${where}.`, remedy: meant === undefined ? 'Create it, or correct the name.' : `Did you mean ${meant}?` }] };
}
