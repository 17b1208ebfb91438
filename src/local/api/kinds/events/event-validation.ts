import type { FieldError } from '../../../../kubernetes/field-error.js';
import { invalidField, requiredField } from '../../../../kubernetes/field-errors.js';
import type { Event } from '../../../../kubernetes/generated/core-v1.js';
import { qualifiedNameProblems } from '../../../../kubernetes/names.js';
import { problemsAt } from '../field-checks.js';

const MISMATCH = 'does not match event.namespace';
const LIMITS = { action: 128, reason: 128, message: 1024, reportingInstance: 128 } as const;

/** What is wrong with an Event; those with an event time are held to more. */
export function eventProblems(event: Event): FieldError[] {
  const timed = typeof event.eventTime === 'string' && event.eventTime !== '';
  return timed ? timedErrors(event) : plainErrors(event);
}

function plainErrors({ metadata, involvedObject }: Event): FieldError[] {
  const about = involvedObject.namespace ?? '';
  const own = metadata.namespace ?? '';
  const fits = about === '' ? own === '' || own === 'default' : about === own;
  return fits ? [] : [invalidField('involvedObject.namespace', about, MISMATCH)];
}

function timedErrors(event: Event): FieldError[] {
  const { metadata, involvedObject, reportingComponent = '', type = '' } = event;
  const about = involvedObject.namespace ?? '';
  const errors: FieldError[] = [];
  if (about === '' && !['default', 'kube-system'].includes(metadata.namespace ?? '')) errors.push(invalidField('involvedObject.namespace', about, MISMATCH));
  if (reportingComponent === '') errors.push(requiredField('reportingComponent'));
  errors.push(...problemsAt('reportingComponent', reportingComponent, qualifiedNameProblems(reportingComponent)));
  for (const field of ['reportingInstance', 'action', 'reason'] as const) if ((event[field] ?? '') === '') errors.push(requiredField(field));
  for (const [field, limit] of Object.entries(LIMITS) as [keyof typeof LIMITS, number][]) {
    if ((event[field] ?? '').length > limit) errors.push(invalidField(field, '', `can have at most ${limit} characters`));
  }
  if (type !== 'Normal' && type !== 'Warning') errors.push(invalidField('type', '', `has invalid value: ${type}`));
  return errors;
}
