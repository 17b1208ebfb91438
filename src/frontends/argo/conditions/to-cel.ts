import { ConditionError, type BinaryOperator, type Node } from './syntax.js';

/** A condition in the language of policies, and what is not the same there. */
export interface Translation {
  readonly cel: string;
  readonly notes: readonly string[];
}

const SIGNS: Readonly<Partial<Record<BinaryOperator, string>>> = { or: '||', and: '&&', '==': '==', '!=': '!=', '<': '<', '<=': '<=', '>': '>', '>=': '>=', in: 'in', '+': '+', '-': '-', '*': '*', '/': '/' };
const METHODS: readonly BinaryOperator[] = ['contains', 'startsWith', 'endsWith', 'matches'];
const FUNCTIONS: Readonly<Record<string, string>> = { len: 'size', asFloat: 'double', float: 'double', asInt: 'int', int: 'int', string: 'string', max: 'math.greatest', min: 'math.least' };
const WAITED = 'No result, null and NaN are waited for: they count neither for nor against a version.';

/**
 * A condition as CEL, as policies have it.
 * @param vector whether `result` is a list of values where the policy has one value: then `result[0]` is that value
 * @throws ConditionError for what cannot be said in CEL
 */
export function toCel(tree: Node, { vector }: { readonly vector: boolean }): Translation {
  const notes = new Set<string>();
  const cel = new Writer(vector, notes).write(tree);
  return { cel, notes: [...notes] };
}

class Writer {
  private readonly vector: boolean;
  private readonly notes: Set<string>;
  private predicates = 0;

  constructor(vector: boolean, notes: Set<string>) {
    this.vector = vector;
    this.notes = notes;
  }

  write(node: Node): string {
    switch (node.kind) {
      case 'literal': return typeof node.value === 'string' ? JSON.stringify(node.value) : String(node.value);
      case 'name': return node.name;
      case 'element':
        if (node.of !== 'item') throw new ConditionError(`#${node.of} has no equal in CEL`, node.at);
        return `each${this.predicates}`;
      case 'list': return `[${node.items.map((each) => this.write(each)).join(', ')}]`;
      case 'unary': return this.unary(node);
      case 'binary': return this.binary(node);
      case 'conditional': return `(${this.write(node.test)} ? ${this.write(node.then)} : ${this.write(node.otherwise)})`;
      case 'member': return this.member(node);
      case 'call': return this.call(node);
      case 'map': case 'slice': case 'let': throw new ConditionError(`${node.kind === 'let' ? 'let' : `a ${node.kind}`} has no equal in CEL`, node.at);
    }
  }

  private unary({ operator, operand }: Extract<Node, { kind: 'unary' }>): string {
    const inner = this.write(operand);
    if (operator === '+') return inner;
    if (operator === 'not' && (inner === 'true' || inner === 'false')) return inner === 'true' ? 'false' : 'true';
    const tight = operand.kind === 'name' || operand.kind === 'literal' || operand.kind === 'member' || operand.kind === 'call';
    return `${operator === 'not' ? '!' : '-'}${tight ? inner : `(${inner})`}`;
  }

  private binary(node: Extract<Node, { kind: 'binary' }>): string {
    const { operator, left, right } = node;
    if (operator === '??') return this.waited(left);
    const nothing = this.aboutNothing(node);
    if (nothing !== undefined) return nothing;
    const [a, b] = [this.inner(left, operator), this.inner(right, operator)];
    if (operator === 'or' || operator === 'and') {
      const neutral = operator === 'or' ? 'false' : 'true';
      if (a === neutral) return b;
      if (b === neutral) return a;
    }
    if (METHODS.includes(operator)) return `${left.kind === 'binary' ? `(${a})` : a}.${operator}(${this.write(right)})`;
    const sign = SIGNS[operator];
    if (sign === undefined) throw new ConditionError(`${operator} has no equal in CEL`, node.at);
    return `${a} ${sign} ${b}`;
  }

  /** Within another operator; one of the same kind needs no parentheses in `and` and `or` alone. */
  private inner(node: Node, outer: BinaryOperator): string {
    const text = this.write(node);
    if (node.kind !== 'binary' || /^[\w.]+$/.test(text)) return text;
    const simple = (outer === 'or' || outer === 'and') && node.operator !== 'or' && node.operator !== 'and';
    return simple || node.operator === outer && (outer === 'or' || outer === 'and') ? text : `(${text})`;
  }

  /** Comparisons that only ask whether there is a result: there always is one when a policy asks. */
  private aboutNothing({ operator, left, right }: Extract<Node, { kind: 'binary' }>): string | undefined {
    const counts = left.kind === 'call' && left.name === 'len' && left.args[0]?.kind === 'name' && left.args[0].name === 'result';
    const isNil = left.kind === 'name' && left.name === 'result' && right.kind === 'literal' && right.value === null;
    if (isNil && (operator === '==' || operator === '!=')) return this.constant(operator === '!=');
    if (!this.vector || !counts || right.kind !== 'literal') return undefined;
    if (right.value === 0 && (operator === '==' || operator === '<=')) return this.constant(false);
    if (right.value === 0 && (operator === '>' || operator === '!=')) return this.constant(true);
    if (right.value === 1 && (operator === '>=' || operator === '<')) return this.constant(operator === '>=');
    return undefined;
  }

  private constant(value: boolean): string {
    this.notes.add(WAITED);
    return String(value);
  }

  private waited(node: Node | undefined): string {
    this.notes.add(WAITED);
    return node ? this.write(node) : 'result';
  }

  private member({ of, key, optional, at }: Extract<Node, { kind: 'member' }>): string {
    if (optional) throw new ConditionError('?. has no equal in CEL', at);
    if (this.vector && of.kind === 'name' && of.name === 'result') {
      if (key.kind === 'literal' && key.value === 0) return 'result';
      throw new ConditionError('a policy asks for one value, so only result[0] has an equal', at);
    }
    const inner = this.write(of);
    if (key.kind !== 'literal') return `${inner}[${this.write(key)}]`;
    if (typeof key.value === 'string' && /^[A-Za-z_]\w*$/.test(key.value)) return `${inner}.${key.value}`;
    return `${inner}[${this.write(key)}]`;
  }

  private call(node: Extract<Node, { kind: 'call' }>): string {
    const { name, args, at } = node;
    const [first, second] = args;
    if (name === 'default') return this.waited(first);
    if (name === 'isNil' || name === 'isNaN') return this.constant(false);
    const over: Readonly<Record<string, string>> = { all: 'all', any: 'exists', one: 'exists_one', none: 'exists', map: 'map', filter: 'filter', count: 'filter' };
    const macro = Object.hasOwn(over, name) ? over[name] : undefined;
    if (macro !== undefined && first && second) {
      if (this.vector && first.kind === 'name' && first.name === 'result') throw new ConditionError(`a policy asks for one value, which ${name} cannot go through`, at);
      const list = this.write(first);
      this.predicates += 1;
      const text = `${list}.${macro}(each${this.predicates}, ${this.write(second)})`;
      this.predicates -= 1;
      return name === 'none' ? `!${text}` : name === 'count' ? `size(${text})` : text;
    }
    const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (known === undefined) throw new ConditionError(`${name}() has no equal in CEL`, at);
    if (this.vector && name === 'len') throw new ConditionError('a policy asks for one value, which has no length', at);
    return `${known}(${args.map((each) => this.write(each)).join(', ')})`;
  }
}
