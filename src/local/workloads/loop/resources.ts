import type { HorizontalPodAutoscaler } from '../../../kubernetes/generated/autoscaling-v2.js';
import type { Job } from '../../../kubernetes/generated/batch-v1.js';
import type { PodDisruptionBudget } from '../../../kubernetes/generated/policy-v1.js';
import type { Resource } from '../../../kubernetes/objects.js';

/** Resources that only the controllers here work on. */
export const workloadResources = {
  jobs: { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true } as Resource<Job>,
  autoscalers: { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler', plural: 'horizontalpodautoscalers', namespaced: true } as Resource<HorizontalPodAutoscaler>,
  disruptionBudgets: { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', namespaced: true } as Resource<PodDisruptionBudget>,
} as const;
