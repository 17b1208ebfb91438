import { compileRules } from './cel/rules.js';
import type { FloatPaths } from './cel/value.js';
import { fillDefaults } from './defaulting.js';
import type { Problem } from './problem.js';
import { dropUnknownFields } from './pruning.js';
import type { StructuralSchema } from './structural.js';
import { rulesNotChecked, validateObject } from './validation.js';

/** A schema of a custom resource with all that a server does by it, compiled once. */
export interface CustomResourceSchema {
  readonly schema: StructuralSchema;
  /** Rules that do not compile. */
  readonly problems: readonly Problem[];
  /** Removes unknown fields, in place; returns their paths, sorted as warnings and strict errors list them. */
  prune(object: unknown): string[];
  /** Fills in defaults, in place. */
  fillDefaults(object: unknown): void;
  /** What is wrong with an object, rules included, as the server answers it. @param old what is stored, for an update */
  validate(object: unknown, old?: unknown, options?: { readonly floats?: FloatPaths }): Problem[];
  /** The same for the status alone (given whole objects), for writes to `/status`. */
  validateStatus(object: Readonly<Record<string, unknown>>, old?: Readonly<Record<string, unknown>>): Problem[];
}

/** @param schemaPath where the schema stands, for problems of its rules */
export function customResourceSchema(schema: StructuralSchema, schemaPath = 'schema'): CustomResourceSchema {
  const rules = compileRules(schema, { schemaPath });
  const status = schema.properties?.['status'];
  const statusRules = status ? compileRules(status, { root: false }) : undefined;
  return {
    schema,
    problems: rules.problems,
    prune: (object) => dropUnknownFields(object, schema).sort(),
    fillDefaults: (object) => fillDefaults(object, schema),
    validate: (object, old, options = {}) => {
      const problems = validateObject(object, schema, old === undefined ? {} : { old });
      const skipped = hasRules(schema) ? rulesNotChecked(problems) : undefined;
      return skipped ? [...problems, skipped] : [...problems, ...rules.validate(object, old, options)];
    },
    validateStatus: (object, old) => {
      if (!status || object['status'] === undefined) return [];
      const before = old?.['status'];
      const problems = validateObject(object['status'], status, { path: 'status', ...(before === undefined ? {} : { old: before }) });
      const skipped = hasRules(schema) ? rulesNotChecked(problems) : undefined;
      return skipped ? [...problems, skipped] : [...problems, ...(statusRules?.validate(object['status'], before, { path: 'status' }) ?? [])];
    },
  };
}

/** Whether the schema has rules anywhere. */
function hasRules(schema: StructuralSchema): boolean {
  if ((schema['x-kubernetes-validations'] ?? []).length > 0) return true;
  const children = [...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])];
  if (typeof schema.additionalProperties === 'object') children.push(schema.additionalProperties);
  return children.some(hasRules);
}
