import type { FieldError } from '../../../../kubernetes/field-error.js';
import { forbiddenField, invalidField, requiredField, unsupportedField } from '../../../../kubernetes/field-errors.js';
import type { PodTemplateSpec } from '../../../../kubernetes/generated/core-v1.js';
import type { LabelSelector } from '../../../../kubernetes/generated/meta-v1.js';
import { matchesLabelSelector, SelectorError, validateLabelSelector } from '../../../../kubernetes/selectors.js';
import { podTemplateErrors } from '../pods/pod-validation.js';

/** What is wrong with a workload's selector. @param workload as the message about an empty one names it */
export function selectorErrors(selector: LabelSelector | null | undefined, workload: string): FieldError[] {
  const field = 'spec.selector';
  if (selector === undefined || selector === null) return [requiredField(field)];
  return [
    ...validateLabelSelector(selector, field),
    ...(isEmpty(selector) ? [invalidField(field, selector, `empty selector is invalid for ${workload}`)] : []),
  ];
}

/** What is wrong with a template whose Pods run until they are deleted, and whether the selector finds them. */
export function templateErrors(template: PodTemplateSpec, selector: LabelSelector | null | undefined, workload: string): FieldError[] {
  const { spec, metadata } = template;
  const restart = spec?.restartPolicy;
  const errors: FieldError[] = [];
  if (!finds(selector, metadata?.labels)) {
    errors.push(invalidField('spec.template.metadata.labels', metadata?.labels ?? null, '`selector` does not match template `labels`'));
  }
  errors.push(...podTemplateErrors(template, 'spec.template'));
  if (restart !== 'Always') errors.push(unsupportedField('spec.template.spec.restartPolicy', restart ?? '', ['Always']));
  if (spec?.activeDeadlineSeconds !== undefined) {
    errors.push(forbiddenField('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${workload} is not Supported`));
  }
  return errors;
}

/** An empty selector is complained of elsewhere, as is one that cannot be read. */
function finds(selector: LabelSelector | null | undefined, labels: Readonly<Record<string, string>> | undefined): boolean {
  if (selector === undefined || selector === null) return false;
  if (isEmpty(selector)) return true;
  try {
    return matchesLabelSelector(selector, labels);
  } catch (error) {
    if (error instanceof SelectorError) return true;
    throw error;
  }
}

function isEmpty({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels ?? {}).length + (matchExpressions ?? []).length === 0;
}
