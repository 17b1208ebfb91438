import { deepEqual, isRecord } from './json.js';
import { correlatedItem, listProblems } from './list-types.js';
import { fieldPath, internalField, invalidField, type Problem, requiredField, tooManyField, typeInvalidField, unsupportedField } from './problem.js';
import { schemaOfKey, type StructuralSchema } from './structural.js';
import { numberProblems, stringProblems } from './value-rules.js';

/** How an object is validated. */
export interface ValidationOptions {
  /** Where the value stands in the object; put before each field, but not into the messages. */
  readonly path?: string;
  /** What is stored: parts that are as they were are not held to rules that came later (ratcheting). */
  readonly old?: unknown;
}

/**
 * What is wrong with a value, in Kubernetes' words: types, bounds, required fields, formats, lists as sets and maps.
 * Rules in CEL are separate (`cel/`). Fill in defaults first.
 */
export function validateObject(value: unknown, schema: StructuralSchema, { path = '', old }: ValidationOptions = {}): Problem[] {
  const problems = new Walk(path).check(value, schema, '', old);
  const lists = listProblems(value, schema, path);
  return lists.length > 0 && old !== undefined && listProblems(old, schema, path).length > 0 ? problems : [...problems, ...lists];
}

class Walk {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  /** @param at path below the base, as messages name it */
  check(value: unknown, schema: StructuralSchema, at: string, old: unknown): Problem[] {
    if (old !== undefined && deepEqual(value, old)) return [];
    if (value === null && schema.nullable === true) return [];
    return [
      ...this.#type(value, schema, at),
      ...this.#logic(value, schema, at, old),
      ...this.#plainRules(value, schema, at),
      ...this.#children(value, schema, at, old),
    ];
  }

  #field(at: string): string {
    return fieldPath(this.#base, at) || '<nil>';
  }

  #type(value: unknown, schema: StructuralSchema, at: string): Problem[] {
    const actual = typeName(value);
    const wanted = schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : schema.type === undefined ? [] : [schema.type];
    const fits = wanted.length === 0 || wanted.some((type) => type === actual || (type === 'number' && actual === 'integer'));
    return fits ? [] : [typeInvalidField(this.#field(at), actual, `${at} in body must be of type ${wanted.join(',')}: ${JSON.stringify(actual)}`)];
  }

  #plainRules(value: unknown, schema: StructuralSchema, at: string): Problem[] {
    const problems: Problem[] = [];
    if (schema.enum !== undefined && !schema.enum.some((each) => deepEqual(each, value))) {
      problems.push(unsupportedField(this.#field(at), value, schema.enum));
    }
    if (typeof value === 'string') problems.push(...stringProblems(value, schema, this.#field(at), at));
    if (typeof value === 'number') problems.push(...numberProblems(value, schema, this.#field(at), at));
    return problems;
  }

  #children(value: unknown, schema: StructuralSchema, at: string, old: unknown): Problem[] {
    if (Array.isArray(value)) return this.#list(value, schema, at, old);
    return isRecord(value) ? this.#object(value, schema, at, old) : [];
  }

  #list(value: readonly unknown[], schema: StructuralSchema, at: string, old: unknown): Problem[] {
    const field = this.#field(at);
    const problems: Problem[] = [];
    const { items, minItems, maxItems } = schema;
    if (minItems !== undefined && value.length < minItems) problems.push(invalidField(field, value.length, `${at} in body should have at least ${minItems} items`));
    if (maxItems !== undefined && value.length > maxItems) problems.push(tooManyField(field, value.length, maxItems));
    if (items) {
      value.forEach((item, index) => {
        problems.push(...this.check(item, items, `${at}[${index}]`, correlatedItem(old, item, schema)));
      });
    }
    return problems;
  }

  #object(value: Record<string, unknown>, schema: StructuralSchema, at: string, old: unknown): Problem[] {
    const field = this.#field(at);
    const problems: Problem[] = [];
    const count = Object.keys(value).length;
    const { minProperties, maxProperties, required = [] } = schema;
    if (minProperties !== undefined && count < minProperties) {
      problems.push(invalidField(field, count, `${at} in body should have at least ${minProperties} properties`));
    }
    if (maxProperties !== undefined && count > maxProperties) problems.push(tooManyField(field, count, maxProperties));
    for (const [key, item] of Object.entries(value)) {
      const child = schemaOfKey(schema, key);
      const before = isRecord(old) && Object.hasOwn(old, key) ? old[key] : undefined;
      if (child) problems.push(...this.check(item, child, fieldPath(at, key), before));
    }
    for (const key of required) if (!Object.hasOwn(value, key)) problems.push(requiredField(this.#field(fieldPath(at, key))));
    if (schema['x-kubernetes-embedded-resource'] === true) {
      for (const key of ['apiVersion', 'kind']) {
        if (typeof value[key] !== 'string' || value[key] === '') problems.push(requiredField(this.#field(fieldPath(at, key)), 'must not be empty'));
      }
    }
    return problems;
  }

  #logic(value: unknown, schema: StructuralSchema, at: string, old: unknown): Problem[] {
    const { allOf, anyOf, oneOf, not } = schema;
    const composite = (detail: string): Problem => invalidField('<nil>', '', `${JSON.stringify(at)} ${detail}`);
    const problems: Problem[] = [];
    if (anyOf && anyOf.length > 0) {
      const results = anyOf.map((each) => this.check(value, each, at, old));
      if (results.every((each) => each.length > 0)) problems.push(composite('must validate at least one schema (anyOf)'), ...fewest(results));
    }
    if (oneOf && oneOf.length > 0) {
      const results = oneOf.map((each) => this.check(value, each, at, old));
      const valid = results.filter((each) => each.length === 0).length;
      if (valid === 0) problems.push(composite('must validate one and only one schema (oneOf). Found none valid'), ...fewest(results));
      else if (valid > 1) problems.push(composite(`must validate one and only one schema (oneOf). Found ${valid} valid alternatives`));
    }
    if (allOf && allOf.length > 0) {
      const results = allOf.map((each) => this.check(value, each, at, old));
      const wrong = results.flat();
      if (wrong.length > 0) {
        const none = results.every((each) => each.length > 0) ? '. None validated' : '';
        problems.push(...wrong, composite(`must validate all the schemas (allOf)${none}`));
      }
    }
    if (not && this.check(value, not, at, old).length === 0) problems.push(composite('must not validate the schema (not)'));
    return problems;
  }
}

/** The problems of the alternative that came closest. */
function fewest(results: readonly Problem[][]): Problem[] {
  return results.reduce((best, each) => (each.length < best.length ? each : best));
}

/** The JSON type of a value as messages name it. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** Problems that leave rules in CEL unchecked, because these would only report follow-up errors. */
const BLOCKING: ReadonlySet<Problem['reason']> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
  'FieldValueDuplicate',
]);

/** What is appended when problems keep the rules from being checked; undefined when they can be. */
export function rulesNotChecked(problems: readonly Problem[]): Problem | undefined {
  if (!problems.some(({ reason }) => BLOCKING.has(reason))) return undefined;
  return invalidField('<nil>', null, 'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation');
}

/** A problem of the schema itself, not of the object. */
export function schemaFault(field: string, error: unknown): Problem {
  return internalField(field, error instanceof Error ? error.message : String(error));
}
