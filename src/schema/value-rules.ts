import { hasFormat } from './formats.js';
import { compilePattern, type Pattern } from './pattern/pattern.js';
import { invalidField, type Problem, tooLongField, typeInvalidField } from './problem.js';
import type { StructuralSchema } from './structural.js';

/** A cache and nothing else: a pattern compiled once per schema node goes when the schema does. */
const patterns = new WeakMap<StructuralSchema, Pattern>();

/** @param at path as messages name it */
export function stringProblems(value: string, schema: StructuralSchema, field: string, at: string): Problem[] {
  const { format } = schema;
  const first = firstStringProblem(value, schema, field, at);
  const problems: Problem[] = first ? [first] : [];
  if (format !== undefined && !hasFormat(value, format)) {
    problems.push(typeInvalidField(field, value, `${at} in body must be of type ${format}: ${JSON.stringify(value)}`));
  }
  return problems;
}

/** Kubernetes tells only the first of these. */
function firstStringProblem(value: string, schema: StructuralSchema, field: string, at: string): Problem | undefined {
  const { minLength, maxLength, pattern } = schema;
  if (minLength !== undefined || maxLength !== undefined) {
    const length = [...value].length;
    if (maxLength !== undefined && length > maxLength) return tooLongField(field, maxLength);
    if (minLength !== undefined && length < minLength) return invalidField(field, value, `${at} in body should be at least ${minLength} chars long`);
  }
  if (pattern === undefined || patternOf(schema, pattern).test(value)) return undefined;
  return invalidField(field, value, `${at} in body should match '${pattern}'`);
}

function patternOf(schema: StructuralSchema, pattern: string): Pattern {
  const known = patterns.get(schema);
  if (known) return known;
  const made = compilePattern(pattern);
  patterns.set(schema, made);
  return made;
}

/** @param at path as messages name it */
export function numberProblems(value: number, schema: StructuralSchema, field: string, at: string): Problem[] {
  const problems: Problem[] = [];
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, type, format } = schema;
  const add = (detail: string): void => void problems.push(invalidField(field, value, `${at} in body should be ${detail}`));
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) add(`a multiple of ${multipleOf}`);
  if (maximum !== undefined) {
    if (exclusiveMaximum === true && value >= maximum) add(`less than ${maximum}`);
    else if (value > maximum) add(`less than or equal to ${maximum}`);
  }
  if (minimum !== undefined) {
    if (exclusiveMinimum === true && value <= minimum) add(`greater than ${minimum}`);
    else if (value < minimum) add(`greater than or equal to ${minimum}`);
  }
  if (type === 'integer' && !inRange(value, format)) {
    const named = format === undefined ? '(default format)' : `with format ${format}`;
    problems.push(invalidField('<nil>', '', `Checked value must be of type integer ${named} in ${at}`));
  }
  return problems;
}

function isMultiple(value: number, of: number): boolean {
  const times = value / of;
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times));
}

function inRange(value: number, format: string | undefined): boolean {
  if (!Number.isInteger(value)) return false;
  return format === 'int32' ? value >= -(2 ** 31) && value < 2 ** 31 : value >= -(2 ** 63) && value < 2 ** 63;
}
