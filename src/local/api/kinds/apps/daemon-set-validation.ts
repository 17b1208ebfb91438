import type { FieldError } from '../../../../kubernetes/field-error.js';
import { invalidField, requiredField, unsupportedField } from '../../../../kubernetes/field-errors.js';
import type { DaemonSet, DaemonSetSpec } from '../../../../kubernetes/generated/apps-v1.js';
import { atMostAll, immutable, intOrPercent, isZeroCount, nonNegative } from '../field-checks.js';
import { selectorErrors, templateErrors } from './selector-validation.js';
import { collisionErrors, statusErrors } from './status-validation.js';

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
];

/** What is wrong with a DaemonSet. */
export function daemonSetProblems({ spec, status }: DaemonSet): FieldError[] {
  const errors = spec === undefined ? [] : specErrors(spec);
  return [...errors, ...statusErrors(status, COUNTS, [])];
}

/** What may not change in a DaemonSet. */
export function daemonSetUpdateProblems({ spec, status }: DaemonSet, before: DaemonSet): FieldError[] {
  return [...immutable('spec.selector', spec?.selector, before.spec?.selector), ...collisionErrors(status, before.status)];
}

function specErrors(spec: DaemonSetSpec): FieldError[] {
  return [
    ...selectorErrors(spec.selector, 'daemonset'),
    ...templateErrors(spec.template, spec.selector, 'DaemonSet'),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...strategyErrors(spec),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  ];
}

function strategyErrors({ updateStrategy }: DaemonSetSpec): FieldError[] {
  const { type = '', rollingUpdate } = updateStrategy ?? {};
  if (type === 'OnDelete') return [];
  const field = 'spec.updateStrategy';
  if (type !== 'RollingUpdate') {
    return [unsupportedField(field, { Type: type, RollingUpdate: rollingUpdate ?? null }, ['RollingUpdate', 'OnDelete'])];
  }
  if (rollingUpdate === undefined) return [requiredField(`${field}.rollingUpdate`)];
  const { maxUnavailable, maxSurge } = rollingUpdate;
  const at = `${field}.rollingUpdate`;
  const unavailable = !isZeroCount(maxUnavailable);
  const surge = !isZeroCount(maxSurge);
  return [
    ...intOrPercent(`${at}.maxUnavailable`, maxUnavailable),
    ...intOrPercent(`${at}.maxSurge`, maxSurge),
    ...atMostAll(`${at}.maxUnavailable`, maxUnavailable),
    ...atMostAll(`${at}.maxSurge`, maxSurge),
    ...(unavailable && surge ? [invalidField(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero')] : []),
    ...(!unavailable && !surge ? [requiredField(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0')] : []),
  ];
}
