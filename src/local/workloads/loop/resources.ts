import { resources } from '../../../kubernetes/resources.js';

/** Short names for what only the controllers here work on. */
export const workloadResources = {
  jobs: resources.jobs,
  autoscalers: resources.horizontalPodAutoscalers,
  disruptionBudgets: resources.podDisruptionBudgets,
} as const;
