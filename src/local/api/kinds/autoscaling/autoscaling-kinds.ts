import type { HorizontalPodAutoscaler, HPAScalingRules } from '../../../../kubernetes/generated/autoscaling-v2.js';
import type { PodDisruptionBudget } from '../../../../kubernetes/generated/policy-v1.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import { autoscalerColumns, disruptionBudgetColumns } from './autoscaling-columns.js';
import { autoscalerProblems, disruptionBudgetProblems } from './autoscaling-validation.js';

/** HorizontalPodAutoscaler and PodDisruptionBudget. */
export function autoscalingKinds(): Kind[] {
  return [
    defineKind<HorizontalPodAutoscaler>({
      resource: { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler', plural: 'horizontalpodautoscalers', namespaced: true },
      schemaName: 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
      shortNames: ['hpa'],
      categories: ['all'],
      status: true,
      columns: autoscalerColumns,
      applyDefaults({ spec }) {
        if (spec === undefined) return;
        spec.minReplicas ??= 1;
        if ((spec.metrics ?? []).length === 0) {
          spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }];
        }
        if (spec.behavior !== undefined) {
          spec.behavior.scaleUp = scalingRules(spec.behavior.scaleUp, UP);
          spec.behavior.scaleDown = scalingRules(spec.behavior.scaleDown, DOWN);
        }
      },
      validate: autoscalerProblems,
    }),
    defineKind<PodDisruptionBudget>({
      resource: { group: 'policy', version: 'v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', namespaced: true },
      schemaName: 'io.k8s.api.policy.v1.PodDisruptionBudget',
      shortNames: ['pdb'],
      status: true,
      hasGeneration: true,
      columns: disruptionBudgetColumns,
      validate: disruptionBudgetProblems,
    }),
  ];
}

const UP: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};

const DOWN: HPAScalingRules = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };

function scalingRules(asked: HPAScalingRules | undefined, usual: HPAScalingRules): HPAScalingRules {
  return { ...structuredClone(usual), ...asked };
}
