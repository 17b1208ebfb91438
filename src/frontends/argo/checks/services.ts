import type { PolicyProblem } from '../../../model/policy-problem.js';
import type { Rollout } from '../kinds/rollout.js';
import { lookUp, type KnownObjects, type Path } from './known-objects.js';

/** By which a Service says whose it is. */
export const MANAGED_BY = 'argo-rollouts.argoproj.io/managed-by-rollouts';

/** Whether a Service that a Rollout names is there, its own, and for its Pods. */
export function checkService(rollout: Rollout, name: string | undefined, path: Path, known: KnownObjects): PolicyProblem[] {
  if (name === undefined || name === '') return [];
  const { found, problems } = lookUp(known.services, 'Service', name, rollout.metadata.namespace ?? 'default', path);
  if (!found) return problems;
  const owner = found.metadata.annotations?.[MANAGED_BY];
  if (owner !== undefined && owner !== rollout.metadata.name) return [{ path, problem: `Service ${name} belongs to Rollout ${owner}.`, remedy: 'Name another Service, or take the annotation off if that Rollout is gone.' }];
  const labels = rollout.spec.template?.metadata?.labels ?? deploymentLabels(rollout, known);
  if (!labels) return [];
  const lacking = Object.entries(found.spec?.selector ?? {}).filter(([key, value]) => key !== 'rollouts-pod-template-hash' && labels[key] !== value).map(([key]) => key);
  return lacking.length === 0 ? [] : [{ path, problem: `Service ${name} selects by ${lacking.join(', ')}, which the Pod template does not carry like that.`, remedy: 'Correct the selector of the Service, or the labels of the template.' }];
}

function deploymentLabels({ metadata, spec }: Rollout, { deployments = [] }: KnownObjects): Record<string, string> | undefined {
  const { name, kind } = spec.workloadRef ?? {};
  const namespace = metadata.namespace ?? 'default';
  if (kind !== 'Deployment') return undefined;
  return deployments.find((each) => each.metadata.name === name && (each.metadata.namespace ?? namespace) === namespace)?.spec.template.metadata?.labels;
}
