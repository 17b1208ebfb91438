import type { FieldError } from '../../../../kubernetes/field-error.js';
import { forbiddenField, invalidField, requiredField, unsupportedField } from '../../../../kubernetes/field-errors.js';
import type { HorizontalPodAutoscalerBehavior, HPAScalingRules, MetricSpec, MetricTarget } from '../../../../kubernetes/generated/autoscaling-v2.js';
import { dns1123LabelProblems, pathSegmentProblems } from '../../../../kubernetes/names.js';
import { quantityAsNumber } from '../../../../kubernetes/quantity.js';
import { problemsAt } from '../field-checks.js';

const SOURCES = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;
const TYPES: Readonly<Record<string, (typeof SOURCES)[number]>> = { ContainerResource: 'containerResource', External: 'external', Object: 'object', Pods: 'pods', Resource: 'resource' };
const MOST_WINDOW_SECONDS = 3600;
const MOST_PERIOD_SECONDS = 1800;

/** What is wrong with the metrics that an autoscaler goes by. */
export function metricProblems(metrics: readonly MetricSpec[]): FieldError[] {
  return metrics.flatMap((metric, index) => specErrors(metric, `spec.metrics[${index}]`));
}

/** What is wrong with how fast it may scale. */
export function behaviorProblems(behavior: HorizontalPodAutoscalerBehavior | undefined): FieldError[] {
  return (['scaleUp', 'scaleDown'] as const).flatMap((way) => ruleErrors(behavior?.[way], `spec.behavior.${way}`));
}

function specErrors(metric: MetricSpec, at: string): FieldError[] {
  const present = SOURCES.filter((source) => metric[source] !== undefined);
  const wanted = TYPES[metric.type];
  const [first] = present;
  return [
    ...(metric.type === '' ? [requiredField(`${at}.type`, 'must specify a metric source type')] : []),
    ...(wanted === undefined ? [unsupportedField(`${at}.type`, metric.type, Object.keys(TYPES))] : []),
    ...(first === undefined ? [] : sourceErrors(metric, first, `${at}.${first}`)),
    ...(wanted !== undefined && metric[wanted] === undefined ? [requiredField(`${at}.${wanted}`, 'must populate information for the given metric source')] : []),
    ...(present.length === 1 ? [] : present.filter((source) => source !== wanted).map((source) => forbiddenField(`${at}.${source}`, 'must populate the given metric source only'))),
  ];
}

function sourceErrors(metric: MetricSpec, source: (typeof SOURCES)[number], at: string): FieldError[] {
  const target = metric[source]?.target ?? { type: '' };
  const { value, averageValue, averageUtilization } = target;
  const errors = [...nameErrors(metric, source, at), ...targetErrors(target, `${at}.target`)];
  switch (source) {
    case 'object':
      return [...errors, ...(value ?? averageValue) === undefined ? [requiredField(`${at}.target.averageValue`, 'must set either a target value or averageValue')] : []];
    case 'pods':
      return [...errors, ...(averageValue === undefined ? [requiredField(`${at}.target.averageValue`, 'must specify a positive target averageValue')] : [])];
    case 'external':
      if ((value ?? averageValue) === undefined) errors.push(requiredField(`${at}.target.averageValue`, 'must set either a target value for metric or a per-pod target'));
      if (value !== undefined && averageValue !== undefined) errors.push(forbiddenField(`${at}.target.value`, 'may not set both a target value for metric and a per-pod target'));
      return errors;
    default:
      if ((averageUtilization ?? averageValue) === undefined) errors.push(requiredField(`${at}.target.averageUtilization`, 'must set either a target raw value or a target utilization'));
      if (averageUtilization !== undefined && averageValue !== undefined) errors.push(forbiddenField(`${at}.target.averageValue`, 'may not set both a target raw value and a target utilization'));
      return errors;
  }
}

function nameErrors(metric: MetricSpec, source: (typeof SOURCES)[number], at: string): FieldError[] {
  if (source === 'resource' || source === 'containerResource') {
    const { container } = metric.containerResource ?? {};
    return [
      ...((metric[source]?.name ?? '') === '' ? [requiredField(`${at}.name`, 'must specify a resource name')] : []),
      ...(source === 'resource' ? [] : (container ?? '') === '' ? [requiredField(`${at}.container`, 'must specify a container')] : problemsAt(`${at}.container`, container ?? '', dns1123LabelProblems(container ?? ''))),
    ];
  }
  const name = metric[source]?.metric.name ?? '';
  return name === '' ? [requiredField(`${at}.metric.name`, 'must specify a metric name')] : problemsAt(`${at}.metric.name`, name, pathSegmentProblems(name));
}

function targetErrors({ type, value, averageValue, averageUtilization }: MetricTarget, at: string): FieldError[] {
  const positive = (field: string, amount: string | number | undefined): FieldError[] =>
    amount === undefined || quantityAsNumber(amount) > 0 ? [] : [invalidField(`${at}.${field}`, amount, 'must be positive')];
  return [
    ...(type === '' ? [requiredField(`${at}.type`, 'must specify a metric target type')] : []),
    ...(['Utilization', 'Value', 'AverageValue'].includes(type) ? [] : [invalidField(`${at}.type`, type, 'must be either Utilization, Value, or AverageValue')]),
    ...positive('value', value),
    ...positive('averageValue', averageValue),
    ...(averageUtilization !== undefined && averageUtilization < 1 ? [invalidField(`${at}.averageUtilization`, averageUtilization, 'must be greater than 0')] : []),
  ];
}

function ruleErrors(rules: HPAScalingRules | undefined, at: string): FieldError[] {
  if (rules === undefined) return [];
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [] } = rules;
  const errors: FieldError[] = [];
  if (window !== undefined && window < 0) errors.push(invalidField(`${at}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero'));
  if (window !== undefined && window > MOST_WINDOW_SECONDS) errors.push(invalidField(`${at}.stabilizationWindowSeconds`, window, `must be less than or equal to ${MOST_WINDOW_SECONDS}`));
  if (selectPolicy !== undefined && !['Disabled', 'Max', 'Min'].includes(selectPolicy)) errors.push(unsupportedField(`${at}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']));
  if (policies.length === 0) errors.push(requiredField(`${at}.policies`, 'must specify at least one Policy'));
  for (const [index, { type, value, periodSeconds }] of policies.entries()) {
    const place = `${at}.policies[${index}]`;
    if (type !== 'Pods' && type !== 'Percent') errors.push(unsupportedField(`${place}.type`, type, ['Percent', 'Pods']));
    if (value <= 0) errors.push(invalidField(`${place}.value`, value, 'must be greater than zero'));
    if (periodSeconds <= 0) errors.push(invalidField(`${place}.periodSeconds`, periodSeconds, 'must be greater than zero'));
    if (periodSeconds > MOST_PERIOD_SECONDS) errors.push(invalidField(`${place}.periodSeconds`, periodSeconds, `must be less than or equal to ${MOST_PERIOD_SECONDS}`));
  }
  return errors;
}
