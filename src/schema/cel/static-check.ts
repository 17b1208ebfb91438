import { schemaOfKey, type StructuralSchema } from '../structural.js';
import { located } from './expression.js';
import { escapedName } from './value.js';

type Scope = ReadonlyMap<string, StructuralSchema | undefined>;

/**
 * Finds the first field in an expression that the schema does not have, worded as Kubernetes words it; undefined when
 * there is none. Only fields are checked, not types.
 * @param tree of the expression, whose `self` and `oldSelf` have the schema
 */
export function undefinedField(tree: unknown, source: string, schema: StructuralSchema, root: boolean): string | undefined {
  const own = root ? withTypeFields(schema) : schema;
  const check = new Check(source);
  check.visit(tree, new Map([['self', own], ['oldSelf', own]]));
  return check.problem;
}

const TEXT: StructuralSchema = { type: 'string' };
const withTypeFields = (schema: StructuralSchema): StructuralSchema => ({
  ...schema,
  properties: { ...schema.properties, apiVersion: TEXT, kind: TEXT, metadata: { type: 'object', properties: { name: TEXT, generateName: TEXT } } },
});

class Check {
  readonly #source: string;
  problem: string | undefined;

  constructor(source: string) {
    this.#source = source;
  }

  /** Returns the schema of what a node stands for, as far as it is known. */
  visit(node: unknown, scope: Scope): StructuralSchema | undefined {
    if (Array.isArray(node)) {
      for (const each of node) this.visit(each, scope);
      return undefined;
    }
    if (typeof node !== 'object' || node === null) return undefined;
    const [op, args]: [unknown, unknown] = [Reflect.get(node, 'op'), Reflect.get(node, 'args')];
    if (op === 'id') return typeof args === 'string' ? scope.get(args) : undefined;
    if (!Array.isArray(args)) {
      this.visit(args, scope);
      return undefined;
    }
    const [first, second, third]: unknown[] = args;
    if (op === '.' || op === '.?') return this.#field(first, second, scope);
    if (op === '[]' || op === '[?]') {
      const schema = this.visit(first, scope);
      this.visit(second, scope);
      return schema?.items ?? (typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined);
    }
    if (op === 'rcall') return this.#call(first, second, third, scope);
    this.visit(args, scope);
    return undefined;
  }

  #field(receiver: unknown, name: unknown, scope: Scope): StructuralSchema | undefined {
    const schema = this.visit(receiver, scope);
    if (schema?.properties === undefined || typeof name !== 'string') return schemaOfKey(schema, String(name));
    const found = Object.entries(schema.properties).find(([key]) => escapedName(key) === name);
    if (found) return found[1];
    const end: unknown = typeof receiver === 'object' && receiver !== null ? Reflect.get(receiver, 'end') : 0;
    this.problem ??= located(`undefined field '${name}'`, this.#source, typeof end === 'number' ? end : 0);
    return undefined;
  }

  /** Macros name the item by their first argument. */
  #call(name: unknown, receiver: unknown, args: unknown, scope: Scope): StructuralSchema | undefined {
    const list = this.visit(receiver, scope);
    if (!Array.isArray(args)) return undefined;
    const [variable]: unknown[] = args;
    const bound: unknown = typeof variable === 'object' && variable !== null && Reflect.get(variable, 'op') === 'id' ? Reflect.get(variable, 'args') : undefined;
    const macro = ['all', 'exists', 'exists_one', 'map', 'filter'].includes(String(name)) && typeof bound === 'string';
    this.visit(macro ? args.slice(1) : args, macro ? new Map([...scope, [bound, list?.items]]) : scope);
    return name === 'filter' ? list : undefined;
  }
}
