import type { FieldError } from '../../../../kubernetes/field-error.js';
import { forbiddenField, invalidField } from '../../../../kubernetes/field-errors.js';
import type { Container, Pod, PodSpec, Toleration } from '../../../../kubernetes/generated/core-v1.js';
import { canonicalJson, cloneJson, deepEqual, isRecord } from '../../../../kubernetes/json.js';

const CHANGEABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** What a Pod's update may not change: nearly all of its spec. */
export function podUpdateProblems({ spec }: Pod, { spec: before }: Pod): FieldError[] {
  if (spec === undefined || before === undefined || deepEqual(spec, before)) return [];
  for (const list of ['containers', 'initContainers'] as const) {
    if ((spec[list] ?? []).length !== (before[list] ?? []).length) {
      return [forbiddenField(`spec.${list}`, 'pod updates may not add or remove containers')];
    }
  }
  const errors = [...deadlineErrors(spec, before), ...tolerationErrors(spec, before), ...gateErrors(spec, before)];
  const rest = withFormer(spec, before);
  return deepEqual(rest, before) ? errors : [...errors, forbiddenField('spec', `pod updates may not change fields other than ${CHANGEABLE}\n${changes(before, rest)}`)];
}

/** The new spec with the former values of all that may change. */
function withFormer(spec: PodSpec, before: PodSpec): PodSpec {
  const rest = cloneJson(spec);
  const images = (now: Container[] | undefined, former: Container[] | undefined): void =>
    now?.forEach((container, index) => copy(container, former?.[index] ?? {}, 'image'));
  images(rest.containers, before.containers);
  images(rest.initContainers, before.initContainers);
  copy(rest, before, 'activeDeadlineSeconds');
  copy(rest, before, 'schedulingGates');
  copy(rest, before, 'tolerations');
  const wasNegative = (before.terminationGracePeriodSeconds ?? 0) < 0;
  if (wasNegative && rest.terminationGracePeriodSeconds === 1) copy(rest, before, 'terminationGracePeriodSeconds');
  if ((before.schedulingGates ?? []).length > 0) copy(rest, before, 'nodeSelector');
  return rest;
}

function copy<T extends object, K extends keyof T>(target: T, source: Partial<T>, field: K): void {
  const value = source[field];
  if (value === undefined) delete target[field];
  else target[field] = value;
}

function deadlineErrors(spec: PodSpec, before: PodSpec): FieldError[] {
  const field = 'spec.activeDeadlineSeconds';
  const { activeDeadlineSeconds: now } = spec;
  const { activeDeadlineSeconds: was } = before;
  if (now === undefined) return was === undefined ? [] : [invalidField(field, null, 'must not update from a positive integer to nil value')];
  return was !== undefined && was < now ? [invalidField(field, now, 'must be less than or equal to previous value')] : [];
}

function tolerationErrors(spec: PodSpec, before: PodSpec): FieldError[] {
  const same = (a: Toleration, b: Toleration): boolean => deepEqual({ ...a, tolerationSeconds: 0 }, { ...b, tolerationSeconds: 0 });
  const kept = (before.tolerations ?? []).every((each) => spec.tolerations?.some((other) => same(each, other)));
  return kept ? [] : [forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

function gateErrors(spec: PodSpec, before: PodSpec): FieldError[] {
  const known = new Set((before.schedulingGates ?? []).map(({ name }) => name));
  return (spec.schedulingGates ?? []).flatMap(({ name }, index) =>
    known.has(name) ? [] : [forbiddenField(`spec.schedulingGates[${index}].name`, `only deletion is allowed, but found new scheduling gate '${name}'`)],
  );
}

/** The fields that differ, a line for what was and one for what would be. */
function changes(before: unknown, after: unknown, path = 'spec'): string {
  if (deepEqual(before, after)) return '';
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.map((key) => changes(before[key], after[key], `${path}.${key}`)).join('');
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.map((item: unknown, index) => changes(item, after[index], `${path}[${index}]`)).join('');
  }
  const line = (sign: string, value: unknown): string => (value === undefined ? '' : `${sign} ${path}: ${canonicalJson(value)}\n`);
  return line('-', before) + line('+', after);
}
