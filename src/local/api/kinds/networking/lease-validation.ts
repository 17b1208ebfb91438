import type { FieldError } from '../../../../kubernetes/field-error.js';
import { forbiddenField, invalidField } from '../../../../kubernetes/field-errors.js';
import type { Lease } from '../../../../kubernetes/generated/coordination-v1.js';
import { nonNegative } from '../field-checks.js';

/** What is wrong with a Lease. */
export function leaseProblems({ spec }: Lease): FieldError[] {
  const seconds = spec?.leaseDurationSeconds;
  const preferred = spec?.preferredHolder;
  return [
    ...(seconds !== undefined && seconds <= 0 ? [invalidField('spec.leaseDurationSeconds', seconds, 'must be greater than 0')] : []),
    ...nonNegative('spec.leaseTransitions', spec?.leaseTransitions),
    ...(preferred !== undefined && preferred !== '' && (spec?.strategy ?? '') === ''
      ? [forbiddenField('spec.preferredHolder', 'may only be specified if `strategy` is defined')]
      : []),
  ];
}
