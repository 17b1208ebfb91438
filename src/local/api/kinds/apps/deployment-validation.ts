import type { FieldError } from '../../../../kubernetes/field-error.js';
import { forbiddenField, invalidField, requiredField, unsupportedField } from '../../../../kubernetes/field-errors.js';
import type { Deployment, DeploymentSpec, RollingUpdateDeployment } from '../../../../kubernetes/generated/apps-v1.js';
import { atMostAll, immutable, intOrPercent, isZeroCount, nonNegative } from '../field-checks.js';
import { selectorErrors, templateErrors } from './selector-validation.js';
import { collisionErrors, statusErrors } from './status-validation.js';

const COUNTS = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
];

/** What is wrong with a Deployment. */
export function deploymentProblems({ spec, status }: Deployment): FieldError[] {
  const errors = spec === undefined ? [] : specErrors(spec);
  return [...errors, ...statusErrors(status, COUNTS, ['updatedReplicas', 'readyReplicas', 'availableReplicas'])];
}

/** What may not change in a Deployment. */
export function deploymentUpdateProblems({ spec, status }: Deployment, before: Deployment): FieldError[] {
  return [...immutable('spec.selector', spec?.selector, before.spec?.selector), ...collisionErrors(status, before.status)];
}

function specErrors(spec: DeploymentSpec): FieldError[] {
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec;
  return [
    ...nonNegative('spec.replicas', spec.replicas),
    ...selectorErrors(spec.selector, 'deployment'),
    ...templateErrors(spec.template, spec.selector, 'ReplicaSet'),
    ...strategyErrors(spec),
    ...nonNegative('spec.minReadySeconds', minReadySeconds),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...nonNegative('spec.progressDeadlineSeconds', deadline),
    ...(deadline !== undefined && deadline <= minReadySeconds
      ? [invalidField('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
      : []),
  ];
}

function strategyErrors({ strategy }: DeploymentSpec): FieldError[] {
  const { type = '', rollingUpdate } = strategy ?? {};
  const field = 'spec.strategy';
  if (type === 'Recreate') {
    return rollingUpdate === undefined ? [] : [forbiddenField(`${field}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (type !== 'RollingUpdate') {
    return [unsupportedField(field, { Type: type, RollingUpdate: rollingUpdate ?? null }, ['Recreate', 'RollingUpdate'])];
  }
  if (rollingUpdate === undefined) return [requiredField(`${field}.rollingUpdate`, 'this should be defaulted and never be nil')];
  return rollingErrors(rollingUpdate, `${field}.rollingUpdate`);
}

function rollingErrors({ maxUnavailable, maxSurge }: RollingUpdateDeployment, field: string): FieldError[] {
  const neither = isZeroCount(maxUnavailable) && isZeroCount(maxSurge);
  return [
    ...intOrPercent(`${field}.maxUnavailable`, maxUnavailable),
    ...intOrPercent(`${field}.maxSurge`, maxSurge),
    ...(neither ? [invalidField(`${field}.maxUnavailable`, maxUnavailable ?? 0, 'may not be 0 when `maxSurge` is 0')] : []),
    ...atMostAll(`${field}.maxUnavailable`, maxUnavailable),
  ];
}
