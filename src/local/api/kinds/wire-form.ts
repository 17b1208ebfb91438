import { wireForms } from '../../../kubernetes/generated/wire-forms.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { canonicalQuantity, isQuantity } from '../../../kubernetes/quantity.js';

interface FieldRule {
  readonly field: string;
  /** `drop` leaves out zero values, `optional` only null, `fill` writes `zero` for what is absent. */
  readonly absent: 'drop' | 'optional' | 'fill';
  readonly zero: unknown;
  readonly reference: string;
}

const SCHEMA_PREFIX = /^io\.k8s\.(api\.|apimachinery\.pkg\.apis\.|apiextensions-apiserver\.pkg\.apis\.)?/;

const rules: ReadonlyMap<string, readonly FieldRule[]> = new Map(
  Object.entries(wireForms).map(([type, fields]) => [type, Object.entries(fields).map(([field, rule]) => parseRule(field, rule))]),
);

/**
 * Brings an object of a built-in kind, in place, to the form in which the real server writes it: nulls and zero values
 * that its Go type leaves out are gone, those that it always writes are there. So equal objects are equal as JSON.
 * @param schemaName such as `io.k8s.api.apps.v1.Deployment`; other kinds are left as they are
 */
export function toWireForm(object: KubernetesObject, schemaName: string): void {
  formStruct(object, schemaName.replace(SCHEMA_PREFIX, ''));
}

function formStruct(value: object, type: string): void {
  const fieldRules = rules.get(type);
  if (fieldRules === undefined) return;
  const record: Record<string, unknown> = value as Record<string, unknown>;
  for (const [field, content] of Object.entries(record)) if (content === null || content === undefined) delete record[field];
  for (const { field, absent, zero, reference } of fieldRules) {
    const content = record[field];
    if (content === undefined) {
      if (absent === 'fill') record[field] = structuredZero(zero);
    } else if (absent === 'drop' && isZero(content)) {
      delete record[field];
    }
    const filled = record[field];
    if (reference !== '' && filled !== undefined && filled !== null) record[field] = formValue(filled, reference);
  }
}

function formValue(value: unknown, reference: string): unknown {
  if (reference === '#') return (typeof value === 'string' || typeof value === 'number') && isQuantity(value) ? canonicalQuantity(value) : value;
  if (reference.startsWith('[]')) {
    return Array.isArray(value) ? value.map((item: unknown) => formValue(item ?? {}, reference.slice(2))) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (reference.startsWith('{}')) {
    const inner = reference.slice(2);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, formValue(item ?? {}, inner)]));
  }
  formStruct(value, reference);
  return value;
}

function isZero(value: unknown): boolean {
  if (value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function structuredZero(zero: unknown): unknown {
  return typeof zero === 'object' && zero !== null ? {} : zero;
}

function parseRule(field: string, rule: string): FieldRule {
  const space = rule.indexOf(' ');
  const absent = space === -1 ? rule : rule.slice(0, space);
  const reference = space === -1 ? '' : rule.slice(space + 1);
  if (absent === '-') return { field, absent: 'drop', zero: undefined, reference };
  if (absent === '?') return { field, absent: 'optional', zero: undefined, reference };
  return { field, absent: 'fill', zero: JSON.parse(absent), reference };
}
