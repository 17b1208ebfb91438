import type { FieldError } from '../../../../kubernetes/field-error.js';
import type { ReplicaSet, ReplicaSetSpec } from '../../../../kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec } from '../../../../kubernetes/generated/core-v1.js';
import { immutable, nonNegative } from '../field-checks.js';
import { selectorErrors, templateErrors } from './selector-validation.js';
import { statusErrors } from './status-validation.js';

const COUNTS = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration', 'terminatingReplicas'];
const NO_TEMPLATE: PodTemplateSpec = {};

/** What is wrong with a ReplicaSet. */
export function replicaSetProblems({ spec, status }: ReplicaSet): FieldError[] {
  const errors = spec === undefined ? [] : specErrors(spec);
  return [...errors, ...statusErrors(status, COUNTS, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'])];
}

/** What may not change in a ReplicaSet. */
export function replicaSetUpdateProblems({ spec }: ReplicaSet, before: ReplicaSet): FieldError[] {
  return immutable('spec.selector', spec?.selector, before.spec?.selector);
}

function specErrors(spec: ReplicaSetSpec): FieldError[] {
  return [
    ...nonNegative('spec.replicas', spec.replicas),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...selectorErrors(spec.selector, 'deployment'),
    ...templateErrors(spec.template ?? NO_TEMPLATE, spec.selector, 'ReplicaSet'),
  ];
}
