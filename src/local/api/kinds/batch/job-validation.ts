import type { FieldError } from '../../../../kubernetes/field-error.js';
import { invalidField, requiredField, unsupportedField } from '../../../../kubernetes/field-errors.js';
import type { CronJob, Job, JobSpec } from '../../../../kubernetes/generated/batch-v1.js';
import { matchesLabelSelector, SelectorError, validateLabelSelector } from '../../../../kubernetes/selectors.js';
import { immutable, nonNegative } from '../field-checks.js';
import { oneOf } from '../pods/container-validation.js';
import { podTemplateErrors } from '../pods/pod-validation.js';

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;
const FIXED = ['selector', 'template', 'completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const;

/** What is wrong with a Job. */
export function jobProblems({ spec, status }: Job): FieldError[] {
  if (spec === undefined) return [requiredField('spec.template.spec.containers')];
  const finished = (status?.conditions ?? []).some(({ type, status: holds }) => (type === 'Complete' || type === 'Failed') && holds === 'True');
  const errors = [...specErrors(spec, 'spec'), ...selectorErrors(spec)];
  return finished && (status?.startTime ?? null) === null
    ? [...errors, requiredField('status.startTime', 'startTime is required for finished job')]
    : errors;
}

/** What may not change in a Job. */
export function jobUpdateProblems({ spec, status }: Job, before: Job): FieldError[] {
  const errors = FIXED.flatMap((field) => {
    // While a Job is suspended and has not begun, its template may still be tuned.
    const tunable = field === 'template' && before.spec?.suspend === true && (before.status?.startTime ?? null) === null;
    return tunable ? [] : immutable(`spec.${field}`, spec?.[field], before.spec?.[field]);
  });
  const indexed = spec?.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  if (!indexed) errors.push(...immutable('spec.completions', spec?.completions, before.spec?.completions));
  const began = before.status?.startTime ?? null;
  if (began !== null && spec?.suspend !== true && (status?.startTime ?? null) !== began) {
    errors.push(invalidField('status.startTime', status?.startTime ?? null, 'field is immutable for unsuspended job once set'));
  }
  return errors;
}

/** What is wrong with a CronJob. The schedule is only checked for its number of fields. */
export function cronJobProblems({ spec }: CronJob): FieldError[] {
  if (spec === undefined) return [requiredField('spec.schedule')];
  const template = spec.jobTemplate.spec;
  return [
    ...scheduleErrors(spec.schedule),
    ...nonNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds),
    ...oneOf('spec.concurrencyPolicy', spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']),
    ...(template === undefined ? [] : specErrors(template, 'spec.jobTemplate.spec')),
    ...nonNegative('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit),
    ...nonNegative('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit),
  ];
}

function scheduleErrors(schedule: string): FieldError[] {
  const field = 'spec.schedule';
  if (schedule === '') return [requiredField(field)];
  if (schedule.includes('TZ')) return [invalidField(field, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')];
  const parts = schedule.trim().split(/\s+/);
  if (schedule.startsWith('@') || parts.length === 5) return [];
  return [invalidField(field, schedule, `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`)];
}

function specErrors(spec: JobSpec, at: string): FieldError[] {
  const { completionMode: mode } = spec;
  const restart = spec.template.spec?.restartPolicy ?? '';
  const restartField = `${at}.template.spec.restartPolicy`;
  const errors: FieldError[] = COUNTS.flatMap((name) => nonNegative(`${at}.${name}`, spec[name]));
  if (mode !== undefined && mode !== 'Indexed' && mode !== 'NonIndexed') errors.push(unsupportedField(`${at}.completionMode`, mode, ['NonIndexed', 'Indexed']));
  if (mode === 'Indexed' && spec.completions === undefined) errors.push(requiredField(`${at}.completions`, 'when completion mode is Indexed'));
  if (mode === 'NonIndexed' && spec.backoffLimitPerIndex !== undefined) {
    errors.push(invalidField(`${at}.backoffLimitPerIndex`, spec.backoffLimitPerIndex, 'requires indexed completion mode'));
  }
  errors.push(...podTemplateErrors(spec.template, `${at}.template`));
  if (restart === '' || restart === 'Always') errors.push(requiredField(restartField, 'valid values: "OnFailure", "Never"'));
  else if (restart !== 'OnFailure' && restart !== 'Never') errors.push(unsupportedField(restartField, restart, ['OnFailure', 'Never']));
  return errors;
}

function selectorErrors({ selector, template }: JobSpec): FieldError[] {
  if (selector === undefined) return [requiredField('spec.selector')];
  const errors = validateLabelSelector(selector, 'spec.selector');
  const labels = template.metadata?.labels;
  try {
    if (matchesLabelSelector(selector, labels)) return errors;
  } catch (error) {
    if (error instanceof SelectorError) return errors;
    throw error;
  }
  return [...errors, invalidField('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`')];
}
