import type { Environment } from '@marcbachmann/cel-js';
import { deepEqual, isRecord } from '../json.js';
import { correlatedItem } from '../list-types.js';
import { duplicateField, fieldPath, forbiddenField, internalField, invalidField, type Problem, requiredField } from '../problem.js';
import type { StructuralSchema, ValidationRule } from '../structural.js';
import { CelError, type CelExpression, compileCel } from './expression.js';
import { kubernetesEnvironment } from './function-library.js';
import { undefinedField } from './static-check.js';
import { celValue, type FloatPaths } from './value.js';

/** The rules of a schema, compiled. */
export interface CompiledRules {
  /** What keeps rules from compiling, at their places in the schema; the others work. */
  readonly problems: readonly Problem[];
  /**
   * Evaluates all rules. Give the stored object for an update: then rules with `oldSelf` apply, and others are skipped
   * where nothing changed.
   * @param options.floats see `scanJson`
   */
  validate(value: unknown, old?: unknown, options?: { readonly floats?: FloatPaths; readonly path?: string }): Problem[];
}

interface Rule {
  readonly rule: ValidationRule;
  readonly condition: CelExpression;
  readonly message: CelExpression | undefined;
  /** Whether it compares with what is stored. */
  readonly transition: boolean;
}

interface Node {
  readonly schema: StructuralSchema;
  readonly root: boolean;
  readonly rules: readonly Rule[];
  readonly properties: ReadonlyMap<string, Node>;
  readonly values: Node | undefined;
  readonly items: Node | undefined;
}

/**
 * Compiles all `x-kubernetes-validations` of a schema.
 * @param schemaPath where the schema stands, for problems
 * @param root whether the schema is of a whole object (its rules see `metadata.name`)
 */
export function compileRules(schema: StructuralSchema, { schemaPath = 'schema', root = true }: { schemaPath?: string; root?: boolean } = {}): CompiledRules {
  const environment = kubernetesEnvironment();
  const problems: Problem[] = [];
  const node = compileNode(schema, schemaPath, root, environment, problems);
  return {
    problems,
    validate: (value, old, { floats, path = '' } = {}) => (node ? new Evaluation(environment, floats).check(node, value, old, path) : []),
  };
}

function compileNode(schema: StructuralSchema, path: string, root: boolean, environment: Environment, problems: Problem[]): Node | undefined {
  const rules = (schema['x-kubernetes-validations'] ?? []).flatMap((rule, index) =>
    compileRule(rule, schema, `${path}.x-kubernetes-validations[${index}]`, root, environment, problems),
  );
  const children = Object.entries(schema.properties ?? {}).map(
    ([name, child]) => [name, compileNode(child, `${path}.properties[${name}]`, false, environment, problems)] as const,
  );
  const properties = new Map(children.flatMap(([name, child]) => (child ? [[name, child] as const] : [])));
  const values = typeof schema.additionalProperties === 'object' ? compileNode(schema.additionalProperties, `${path}.additionalProperties`, false, environment, problems) : undefined;
  const items = schema.items ? compileNode(schema.items, `${path}.items`, false, environment, problems) : undefined;
  const empty = rules.length === 0 && properties.size === 0 && values === undefined && items === undefined;
  return empty ? undefined : { schema, root: root || schema['x-kubernetes-embedded-resource'] === true, rules, properties, values, items };
}

const VARIABLES = ['self', 'oldSelf'];

function compileRule(rule: ValidationRule, schema: StructuralSchema, path: string, root: boolean, environment: Environment, problems: Problem[]): Rule[] {
  const compile = (source: string, field: string): CelExpression | undefined => {
    try {
      const compiled = compileCel(source, { variables: VARIABLES, environment });
      const missing = undefinedField(compiled.tree, source, schema, root || schema['x-kubernetes-embedded-resource'] === true);
      if (missing !== undefined) throw new CelError('undefined_field', missing);
      return compiled;
    } catch (error) {
      const shown = field === 'rule' ? ruleInGo(rule) : source;
      problems.push(invalidField(`${path}.${field}`, shown, `compilation failed: ${error instanceof Error ? error.message : String(error)}`));
      return undefined;
    }
  };
  if (rule.rule.trim() === '') {
    problems.push(requiredField(`${path}.rule`, 'rule is not specified'));
    return [];
  }
  const condition = compile(rule.rule, 'rule');
  const message = rule.messageExpression === undefined ? undefined : compile(rule.messageExpression, 'messageExpression');
  return condition ? [{ rule, condition, message, transition: condition.uses('oldSelf') }] : [];
}

/** A rule as the server's messages show it: with the names of its Go struct. */
function ruleInGo({ rule, message = '', messageExpression = '', reason = null, fieldPath: path = '', optionalOldSelf = null }: Partial<Record<keyof ValidationRule, unknown>>): unknown {
  return { Rule: rule, Message: message, MessageExpression: messageExpression, Reason: reason, FieldPath: path, OptionalOldSelf: optionalOldSelf };
}

class Evaluation {
  readonly #environment: Environment;
  readonly #floats: FloatPaths | undefined;

  constructor(environment: Environment, floats: FloatPaths | undefined) {
    this.#environment = environment;
    this.#floats = floats;
  }

  check(node: Node, value: unknown, old: unknown, path: string): Problem[] {
    if (value === null || value === undefined) return [];
    return [...this.#own(node, value, old, path), ...this.#below(node, value, old, path)];
  }

  #own(node: Node, value: unknown, old: unknown, path: string): Problem[] {
    if (node.rules.length === 0) return [];
    const unchanged = old !== undefined && deepEqual(value, old);
    const options = { root: node.root, path, ...(this.#floats ? { floats: this.#floats } : {}) };
    const self = celValue(value, node.schema, options);
    return node.rules.flatMap((rule) => {
      if (rule.transition && old === undefined && rule.rule.optionalOldSelf !== true) return [];
      if (!rule.transition && unchanged) return [];
      const oldValue = old === undefined ? undefined : celValue(old, node.schema, { root: node.root, path });
      const variables = { self, oldSelf: rule.rule.optionalOldSelf === true ? this.#optional(oldValue) : oldValue };
      return this.#evaluate(rule, variables, value, node.schema, path);
    });
  }

  #optional(value: unknown): unknown {
    return value === undefined ? this.#environment.evaluate('optional.none()') : this.#environment.evaluate('optional.of(value)', { value });
  }

  #evaluate({ rule, condition, message }: Rule, variables: Record<string, unknown>, value: unknown, schema: StructuralSchema, path: string): Problem[] {
    const field = path === '' ? '<nil>' : path;
    try {
      if (condition.evaluate(variables) === true) return [];
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return [invalidField(field, schema.type ?? 'object', `${detail} evaluating rule: ${(rule.message ?? rule.rule).trim()}`)];
    }
    return [problemOf(rule, messageOf(rule, message, variables), value, path)];
  }

  #below(node: Node, value: unknown, old: unknown, path: string): Problem[] {
    if (Array.isArray(value)) {
      const items = node.items;
      if (!items) return [];
      return value.flatMap((item: unknown, index) => this.check(items, item, correlatedItem(old, item, node.schema), `${path}[${index}]`));
    }
    if (!isRecord(value)) return [];
    return Object.entries(value).flatMap(([key, item]) => {
      const child = node.properties.get(key) ?? node.values;
      const before = isRecord(old) && Object.hasOwn(old, key) ? old[key] : undefined;
      const at = node.values !== undefined && !node.properties.has(key) ? `${path}[${key}]` : fieldPath(path, key);
      return child ? this.check(child, item, before, at) : [];
    });
  }
}

/** The message expression wins when it yields a text; else the message; else the rule itself. */
function messageOf(rule: ValidationRule, expression: CelExpression | undefined, variables: Record<string, unknown>): string {
  const plain = rule.message?.trim() ?? `failed rule: ${rule.rule.trim()}`;
  if (expression === undefined) return plain;
  try {
    const text = expression.evaluate(variables);
    return typeof text === 'string' && text.trim() !== '' && !text.includes('\n') ? text.trim() : plain;
  } catch {
    return plain;
  }
}

function problemOf({ reason, fieldPath: below }: ValidationRule, message: string, value: unknown, path: string): Problem {
  const place = below === undefined ? path : `${path}${relativePath(below)}`;
  const field = place.replace(/^\./, '') || '<nil>';
  switch (reason) {
    case 'FieldValueForbidden':
      return forbiddenField(field, message);
    case 'FieldValueRequired':
      return requiredField(field, message);
    case 'FieldValueDuplicate':
      return duplicateField(field, value);
    case 'FieldValueInvalid':
    case undefined: {
      // The server leaves out values that are objects or lists.
      if (typeof value === 'object') return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${message}` };
      return invalidField(field, value, message);
    }
    default:
      return internalField(field, message);
  }
}

/** `.a['b.c']` as fields are written: `.a.b.c`. */
function relativePath(path: string): string {
  const parts = path.matchAll(/\.([A-Za-z_]\w*)|\[(?:'((?:\\.|[^'])*)'|"((?:\\.|[^"])*)")\]/g);
  return [...parts].map(([, name, single, double]) => `.${name ?? single ?? double ?? ''}`).join('');
}
