import type { FieldError } from '../../../../kubernetes/field-error.js';
import { forbiddenField, invalidField, requiredField, unsupportedField } from '../../../../kubernetes/field-errors.js';
import type { StatefulSet, StatefulSetSpec } from '../../../../kubernetes/generated/apps-v1.js';
import { deepEqual } from '../../../../kubernetes/json.js';
import { atMostAll, intOrPercent, isZeroCount, nonNegative } from '../field-checks.js';
import { oneOf } from '../pods/container-validation.js';
import { selectorErrors, templateErrors } from './selector-validation.js';
import { statusErrors } from './status-validation.js';

const COUNTS = ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas', 'observedGeneration', 'collisionCount'];
const CHANGEABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

/** What is wrong with a StatefulSet. */
export function statefulSetProblems({ spec, status }: StatefulSet): FieldError[] {
  const errors = spec === undefined ? [] : specErrors(spec);
  return [...errors, ...statusErrors(status, COUNTS, ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'])];
}

/** What may not change in a StatefulSet: all but a few fields. */
export function statefulSetUpdateProblems({ spec }: StatefulSet, { spec: before }: StatefulSet): FieldError[] {
  if (spec === undefined || before === undefined || deepEqual(fixed(spec), fixed(before))) return [];
  const list = CHANGEABLE.map((name) => `'${name}'`);
  const names = `${list.slice(0, -1).join(', ')} and ${list.at(-1) ?? ''}`;
  return [forbiddenField('spec', `updates to statefulset spec for fields other than ${names} are forbidden`)];
}

function fixed(spec: StatefulSetSpec): Record<string, unknown> {
  return Object.fromEntries(Object.entries(spec).filter(([field]) => !CHANGEABLE.some((name) => name === field)));
}

function specErrors(spec: StatefulSetSpec): FieldError[] {
  const policy = spec.persistentVolumeClaimRetentionPolicy;
  return [
    ...oneOf('spec.podManagementPolicy', spec.podManagementPolicy, ['OrderedReady', 'Parallel']).map((error) =>
      error.reason === 'FieldValueNotSupported'
        ? invalidField('spec.podManagementPolicy', spec.podManagementPolicy, "must be 'OrderedReady' or 'Parallel'")
        : error,
    ),
    ...strategyErrors(spec),
    ...(['whenDeleted', 'whenScaled'] as const).flatMap((when) => {
      const value = policy?.[when] ?? '';
      const field = `spec.persistentVolumeClaimRetentionPolicy.${when}`;
      return ['Delete', 'Retain'].includes(value) ? [] : [unsupportedField(field, value, ['Delete', 'Retain'])];
    }),
    ...nonNegative('spec.replicas', spec.replicas),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...nonNegative('spec.ordinals.start', spec.ordinals?.start),
    ...selectorErrors(spec.selector, 'statefulset'),
    ...templateErrors(spec.template, spec.selector, 'StatefulSet'),
  ];
}

function strategyErrors({ updateStrategy }: StatefulSetSpec): FieldError[] {
  const { type = '', rollingUpdate } = updateStrategy ?? {};
  const field = 'spec.updateStrategy';
  if (type === '') return [requiredField(field)];
  if (type === 'OnDelete') {
    return rollingUpdate === undefined ? [] : [invalidField(`${field}.rollingUpdate`, rollingUpdate, 'only allowed for updateStrategy \'RollingUpdate\'')];
  }
  if (type !== 'RollingUpdate') return [invalidField(field, updateStrategy, "must be 'RollingUpdate' or 'OnDelete'")];
  const most = rollingUpdate?.maxUnavailable;
  return [
    ...nonNegative(`${field}.rollingUpdate.partition`, rollingUpdate?.partition),
    ...(most === undefined
      ? []
      : [
          ...intOrPercent(`${field}.rollingUpdate.maxUnavailable`, most),
          ...(isZeroCount(most) ? [invalidField(`${field}.rollingUpdate.maxUnavailable`, most, 'cannot be 0')] : []),
          ...atMostAll(`${field}.rollingUpdate.maxUnavailable`, most),
        ]),
  ];
}
