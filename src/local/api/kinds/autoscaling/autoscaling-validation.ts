import type { FieldError } from '../../../../kubernetes/field-error.js';
import { invalidField, requiredField, unsupportedField } from '../../../../kubernetes/field-errors.js';
import type { HorizontalPodAutoscaler } from '../../../../kubernetes/generated/autoscaling-v2.js';
import type { PodDisruptionBudget } from '../../../../kubernetes/generated/policy-v1.js';
import { pathSegmentProblems } from '../../../../kubernetes/names.js';
import { validateLabelSelector } from '../../../../kubernetes/selectors.js';
import { behaviorProblems, metricProblems } from './metric-validation.js';
import { atMostAll, intOrPercent, problemsAt } from '../field-checks.js';

const EVICTION_POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];

/** What is wrong with a HorizontalPodAutoscaler. */
export function autoscalerProblems({ spec }: HorizontalPodAutoscaler): FieldError[] {
  if (spec === undefined) return [requiredField('spec.maxReplicas', 'must be set and greater than 0')];
  const { minReplicas: least, maxReplicas: most, scaleTargetRef: target } = spec;
  const errors: FieldError[] = [];
  if (least !== undefined && least < 1) errors.push(invalidField('spec.minReplicas', least, 'must be greater than or equal to 1'));
  if (most === 0) errors.push(requiredField('spec.maxReplicas', 'must be set and greater than 0'));
  else if (most < 0) errors.push(invalidField('spec.maxReplicas', most, 'must be greater than or equal to 1'));
  if (least !== undefined && most < least) errors.push(invalidField('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`'));
  for (const part of ['kind', 'name'] as const) {
    const field = `spec.scaleTargetRef.${part}`;
    errors.push(...(target[part] === '' ? [requiredField(field)] : problemsAt(field, target[part], pathSegmentProblems(target[part]))));
  }
  return [...errors, ...metricProblems(spec.metrics ?? []), ...behaviorProblems(spec.behavior)];
}

/** What is wrong with a PodDisruptionBudget. */
export function disruptionBudgetProblems({ spec }: PodDisruptionBudget): FieldError[] {
  if (spec === undefined) return [];
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec;
  return [
    ...(minAvailable !== undefined && maxUnavailable !== undefined ? [invalidField('spec', spec, 'minAvailable and maxUnavailable cannot be both set')] : []),
    ...(minAvailable === undefined ? [] : [...intOrPercent('spec.minAvailable', minAvailable), ...atMostAll('spec.minAvailable', minAvailable)]),
    ...(maxUnavailable === undefined ? [] : [...intOrPercent('spec.maxUnavailable', maxUnavailable), ...atMostAll('spec.maxUnavailable', maxUnavailable)]),
    ...(selector === undefined ? [] : validateLabelSelector(selector, 'spec.selector')),
    ...(policy !== undefined && !EVICTION_POLICIES.includes(policy) ? [unsupportedField('spec.unhealthyPodEvictionPolicy', policy, EVICTION_POLICIES)] : []),
  ];
}
