import type { Deployment, ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import type { Pod, PodTemplateSpec, Service } from '../../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { controllerOf, isControlledBy } from '../../kubernetes/owners.js';
import { POD_TEMPLATE_HASH } from '../../kubernetes/pod-template.js';
import { matchesLabels } from '../../kubernetes/selectors.js';
import type { MetricTemplate } from '../../model/metric-template.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import type { Rollout } from '../../frontends/argo/kinds/rollout.js';
import { ROLLOUTS_HASH_LABEL } from '../../frontends/argo/pod-template-hash.js';
import { resolveTemplate, type LabelSelector } from '../../frontends/argo/rollouts/template.js';
import { podsOf } from './deployments.js';
import type { Surroundings } from './surroundings.js';

/** A Rollout that is to become a policy, and what stands around it. */
export interface RolloutView {
  readonly namespace: string;
  readonly rollout: Rollout;
  /** What was made of it: the policy, with the Deployment in the place of Pods written into it, and its templates. */
  readonly wanted: { readonly policy: ReleasePolicy; readonly metricTemplates: readonly MetricTemplate[] };
  /** The policy of that name that is there already. */
  readonly policy: ReleasePolicy | undefined;
  readonly metricTemplates: readonly string[];
  readonly around: Surroundings;
}

/** The Deployment that serves afterwards: the one that workloadRef names, or a new one of the Rollout's name. */
export function targetName({ spec, metadata }: Rollout): string {
  const { workloadRef } = spec;
  return (workloadRef?.kind === 'Deployment' ? workloadRef.name : undefined) ?? metadata.name ?? '';
}

export const targetOf = ({ rollout, around }: RolloutView): Deployment | undefined => around.deployments.find(({ metadata }) => metadata.name === targetName(rollout));

/** The Pod template and the selector of the Rollout; undefined where it has none. */
export function templateOf({ rollout, around }: RolloutView): { readonly template: PodTemplateSpec; readonly selector: LabelSelector } | undefined {
  const { workloadRef } = rollout.spec;
  const workloads: readonly KubernetesObject[] = [...around.deployments, ...around.replicaSets];
  const workload = workloads.find(({ kind, metadata }) => kind === workloadRef?.kind && metadata.name === workloadRef.name);
  const found = resolveTemplate(rollout, workload);
  return 'problems' in found ? undefined : found;
}

/** ReplicaSets that the Rollout made. */
export const oldReplicaSets = ({ rollout, around }: RolloutView): ReplicaSet[] => around.replicaSets.filter((each) => isControlledBy(each, rollout));

export const oldPods = (view: RolloutView): Pod[] => podsOf(oldReplicaSets(view), view.around);

/** Whether anything of the Rollout runs, or is to. */
export const runsStill = (view: RolloutView): boolean => oldReplicaSets(view).some(({ spec }) => (spec.replicas ?? 1) > 0) || oldPods(view).length > 0;

/** Services whose selectors, but for what tells versions apart, hold the Pods. */
export function servicesOf(view: RolloutView): Service[] {
  const labels = templateOf(view)?.template.metadata?.labels ?? {};
  return view.around.services.filter(({ spec }) => {
    const { [ROLLOUTS_HASH_LABEL]: _old, [POD_TEMPLATE_HASH]: _new, ...selector } = spec?.selector ?? {};
    return Object.keys(selector).length > 0 && matchesLabels(selector, labels);
  });
}

/** Ingresses that the Rollout made for its canary. */
export const canaryIngresses = ({ rollout, around }: RolloutView): Surroundings['ingresses'] => around.ingresses.filter((each) => controllerOf(each)?.uid === rollout.metadata.uid);
