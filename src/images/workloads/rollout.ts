import { Type, type Static } from 'typebox';
import type { PodTemplateSpec } from '../../kubernetes/generated/core-v1.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { AnyObject } from '../../schema/typebox.js';

/** What is needed of the spec of Argo's Rollout: the Pod template, or whose it is. */
export const RolloutSpecSchema = Type.Object({
  template: Type.Optional(AnyObject<PodTemplateSpec>()),
  workloadRef: Type.Optional(Type.Object({ kind: Type.String(), name: Type.String() })),
});

/** A Rollout of Argo, as far as images go. */
export interface ImageRollout extends KubernetesObject {
  readonly spec: Static<typeof RolloutSpecSchema>;
}

/** argoproj.io/v1alpha1 Rollout; the cluster need not serve it. */
export const rollouts: Resource<ImageRollout> = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Rollout', plural: 'rollouts', namespaced: true };
