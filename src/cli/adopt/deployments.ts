import { patch, write } from '../../controller/eject/actions.js';
import { isConditionTrue } from '../../kubernetes/conditions.js';
import type { Deployment, ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import type { HorizontalPodAutoscaler } from '../../kubernetes/generated/autoscaling-v2.js';
import { controllerOf, isControlledBy } from '../../kubernetes/owners.js';
import { equalTemplates, POD_TEMPLATE_HASH } from '../../kubernetes/pod-template.js';
import { resources } from '../../kubernetes/resources.js';
import { wait, type AdoptAction } from './step.js';
import type { Surroundings } from './surroundings.js';

/** The newest ReplicaSet of a Deployment: the one of its template. */
export function newestOf(deployment: Deployment, { replicaSets }: Pick<Surroundings, 'replicaSets'>): ReplicaSet | undefined {
  return replicaSets.find((each) => isControlledBy(each, deployment) && each.spec.template !== undefined && equalTemplates(each.spec.template, deployment.spec.template));
}

/** By which label the Pods of the newest ReplicaSet are told from all others. */
export const newestHash = (deployment: Deployment, around: Pick<Surroundings, 'replicaSets'>): string | undefined => newestOf(deployment, around)?.metadata.labels?.[POD_TEMPLATE_HASH];

/** Pods of these ReplicaSets, those that are ending among them. */
export function podsOf(replicaSets: readonly ReplicaSet[], { pods }: Pick<Surroundings, 'pods'>): Pod[] {
  const uids = new Set(replicaSets.map(({ metadata }) => metadata.uid));
  return pods.filter((pod) => uids.has(controllerOf(pod)?.uid));
}

export const isReady = ({ metadata, status }: Pod): boolean => metadata.deletionTimestamp === undefined && isConditionTrue(status?.conditions, 'Ready');

/** Whether an autoscaler sizes the object. */
export const scales = ({ spec }: HorizontalPodAutoscaler, kind: string, name: string): boolean => spec?.scaleTargetRef.kind === kind && spec.scaleTargetRef.name === name;

/** What is missing until a Deployment runs so many Pods, all of its template and available. */
export function runningFully(deployment: Deployment, replicas: number, { autoscalers }: Pick<Surroundings, 'autoscalers'>): AdoptAction | undefined {
  const { metadata: { name, generation = 0 }, spec, status } = deployment;
  const wanted = spec.replicas ?? 1;
  const isScaled = autoscalers.some((each) => scales(each, 'Deployment', name));
  if (wanted < replicas && (wanted === 0 || !isScaled)) return write(`Deployment ${name} is scaled from ${wanted} to ${replicas}`, patch(resources.deployments, deployment, { op: 'add', path: '/spec/replicas', value: replicas }));
  const { observedGeneration = 0, updatedReplicas = 0, availableReplicas = 0 } = status ?? {};
  if (observedGeneration >= generation && updatedReplicas >= wanted && availableReplicas >= wanted) return undefined;
  return wait(`the Pods of Deployment ${name}: ${Math.min(availableReplicas, updatedReplicas)} of ${wanted} are available.${spec.paused ? ' It is paused: kubectl rollout resume.' : ''}`);
}
