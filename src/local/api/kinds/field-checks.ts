import type { FieldError } from '../../../kubernetes/field-error.js';
import { invalidField } from '../../../kubernetes/field-errors.js';
import { deepEqual } from '../../../kubernetes/json.js';

/** What is wrong with each text of a list of problems at one place. */
export function problemsAt(field: string, value: unknown, problems: readonly string[]): FieldError[] {
  return problems.map((problem) => invalidField(field, value, problem));
}

/** A count that must not be negative; nothing to say about one that is absent. */
export function nonNegative(field: string, value: number | null | undefined): FieldError[] {
  return value !== undefined && value !== null && value < 0 ? [invalidField(field, value, 'must be greater than or equal to 0')] : [];
}

/** A field that must stay as it was. */
export function immutable(field: string, value: unknown, before: unknown): FieldError[] {
  return deepEqual(value, before) ? [] : [invalidField(field, value ?? null, 'field is immutable')];
}

const PERCENT = /^[0-9]+%$/;
const PERCENT_RULE =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** A count that is an integer or a percentage. */
export function intOrPercent(field: string, value: number | string | undefined): FieldError[] {
  if (typeof value === 'string') return PERCENT.test(value) ? [] : [invalidField(field, value, PERCENT_RULE)];
  return nonNegative(field, value);
}

/** A percentage over 100. */
export function atMostAll(field: string, value: number | string | undefined): FieldError[] {
  const all = typeof value === 'string' && PERCENT.test(value) && Number.parseInt(value, 10) > 100;
  return all ? [invalidField(field, value, 'must not be greater than 100%')] : [];
}

/** Whether a count or percentage is zero; what is neither counts as zero, as in the real server. */
export function isZeroCount(value: number | string | undefined): boolean {
  if (typeof value === 'number') return value === 0;
  return !(value !== undefined && PERCENT.test(value) && Number.parseInt(value, 10) !== 0);
}

/** A port number outside 1 to 65535. */
export function portNumber(field: string, value: number): FieldError[] {
  return value >= 1 && value <= 65535 ? [] : [invalidField(field, value, 'must be between 1 and 65535, inclusive')];
}

const PORT_NAME = /^[-a-z0-9]+$/;

/** What is wrong with the name of a port, as Pods and EndpointSlices restrict it. */
export function portNameProblems(name: string): string[] {
  const problems: string[] = [];
  if (name.length > 15) problems.push('must be no more than 15 characters');
  if (!PORT_NAME.test(name)) problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) problems.push('must contain at least one letter (a-z)');
  if (name.includes('--')) problems.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

/** A port that is a number or the name of a container port. */
export function portNumberOrName(field: string, value: number | string | undefined): FieldError[] {
  if (typeof value === 'string') return problemsAt(field, value, portNameProblems(value));
  return portNumber(field, value ?? 0);
}
