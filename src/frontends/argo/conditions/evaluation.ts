import { compilePattern } from '../../../schema/pattern/pattern.js';
import { deepEqual } from '../../../schema/json.js';
import { functions, isList, isMap, kindOf, list, LONGEST, number, PREDICATE_FUNCTIONS, text } from './functions.js';
import { ConditionError, type Node, type Value } from './syntax.js';

/** How many nodes may be evaluated; lists that are made count by their length. */
const MOST_STEPS = 100_000;

interface Scope {
  readonly names: Readonly<Record<string, Value>>;
  readonly item: Value;
  readonly index: number;
  readonly acc: Value;
}

/** Evaluates a condition that was checked. Reaches nothing but the values that it is given. @throws ConditionError */
export function evaluateNode(root: Node, names: Readonly<Record<string, Value>>): Value {
  let steps = 0;
  const spend = (amount: number, { at }: Node): void => {
    steps += amount;
    if (steps > MOST_STEPS) throw new ConditionError(`it takes more than ${MOST_STEPS} steps`, at);
  };

  const evaluate = (node: Node, scope: Scope): Value => {
    spend(1, node);
    const value = (each: Node): Value => evaluate(each, scope);
    switch (node.kind) {
      case 'literal': return node.value;
      case 'name': return Object.hasOwn(scope.names, node.name) ? (scope.names[node.name] ?? null) : fail(node, `the name ${node.name} is not known`);
      case 'element': return node.of === 'item' ? scope.item : node.of === 'index' ? scope.index : scope.acc;
      case 'list': return node.items.map(value);
      case 'map': return Object.fromEntries(node.entries.map(([key, each]) => [key, value(each)]));
      case 'unary': return guarded(node, () => (node.operator === 'not' ? !truth(value(node.operand), node) : node.operator === '-' ? -number(value(node.operand)) : number(value(node.operand))));
      case 'conditional': return truth(value(node.test), node) ? value(node.then) : value(node.otherwise);
      case 'member': return member(value(node.of), value(node.key), node);
      case 'slice': return slice(value(node.of), node.from && value(node.from), node.to && value(node.to), node);
      case 'let': return evaluate(node.body, { ...scope, names: { ...scope.names, [node.name]: value(node.value) } });
      case 'call': return PREDICATE_FUNCTIONS.includes(node.name) ? overElements(node, scope) : called(node, node.args.map(value));
      case 'binary': return binary(node, scope);
    }
  };

  const called = (node: Extract<Node, { kind: 'call' }>, args: readonly Value[]): Value => {
    const known = Object.hasOwn(functions, node.name) ? functions[node.name] : undefined;
    if (!known) return fail(node, `there is no function ${node.name}`);
    spend(args.reduce((total: number, each) => total + (isList(each) ? each.length : 0), 0), node);
    return guarded(node, () => known.call(args));
  };

  const binary = (node: Extract<Node, { kind: 'binary' }>, scope: Scope): Value => {
    const { operator } = node;
    const left = evaluate(node.left, scope);
    if (operator === 'and') return truth(left, node) && truth(evaluate(node.right, scope), node);
    if (operator === 'or') return truth(left, node) || truth(evaluate(node.right, scope), node);
    if (operator === '??') return left ?? evaluate(node.right, scope);
    const right = evaluate(node.right, scope);
    if (operator === '..') {
      const [from, to] = [number(left), number(right)];
      if (!Number.isInteger(from) || !Number.isInteger(to)) fail(node, 'a range goes from one whole number to another');
      spend(Math.max(0, to - from + 1), node);
      return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
    }
    return guarded(node, () => operate(operator, left, right));
  };

  const overElements = (node: Extract<Node, { kind: 'call' }>, scope: Scope): Value => {
    const [of, predicate, start] = node.args;
    const items = guarded(node, () => list(of && evaluate(of, scope)));
    const at = (item: Value, index: number, acc: Value = null): Value => (predicate ? evaluate(predicate, { ...scope, item, index, acc }) : item);
    const holds = (item: Value, index: number): boolean => truth(at(item, index), node);
    const found = (index: number): Value => items[index] ?? null;
    switch (node.name) {
      case 'all': return items.every(holds);
      case 'any': return items.some(holds);
      case 'none': return !items.some(holds);
      case 'one': return items.filter(holds).length === 1;
      case 'filter': return items.filter(holds);
      case 'count': return items.filter(holds).length;
      case 'map': return items.map((item, index) => at(item, index));
      case 'sum': return guarded(node, () => items.reduce((total: number, item, index) => total + number(at(item, index)), 0));
      case 'find': return found(items.findIndex(holds));
      case 'findIndex': return items.findIndex(holds);
      case 'findLast': return found(items.findLastIndex(holds));
      case 'findLastIndex': return items.findLastIndex(holds);
      default: {
        const given = start === undefined;
        const first = given ? found(0) : evaluate(start, scope);
        return items.slice(given ? 1 : 0).reduce<Value>((acc, item, index) => at(item, index + (given ? 1 : 0), acc), first);
      }
    }
  };

  return evaluate(root, { names, item: null, index: 0, acc: null });
}

function fail(node: Node, message: string): never {
  throw new ConditionError(message, node.at);
}

function guarded<T>(node: Node, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConditionError) throw error;
    throw new ConditionError(error instanceof Error ? error.message : String(error), node.at);
  }
}

function truth(value: Value, node: Node): boolean {
  return typeof value === 'boolean' ? value : fail(node, `${kindOf(value)} is neither true nor false`);
}

function member(of: Value, key: Value, node: Extract<Node, { kind: 'member' }>): Value {
  if (of === null && node.optional) return null;
  if (isList(of) && typeof key === 'number') {
    const found = of.at(key);
    return found !== undefined && Number.isInteger(key) ? found : fail(node, `there is no element ${key} in a list of ${of.length}`);
  }
  if (isMap(of) && typeof key === 'string') return Object.hasOwn(of, key) ? (of[key] ?? null) : null;
  return fail(node, `${kindOf(of)} has no ${typeof key === 'string' ? `field ${key}` : `element ${String(key)}`}`);
}

function slice(of: Value, from: Value | undefined, to: Value | undefined, node: Node): Value {
  if (!isList(of) && typeof of !== 'string') return fail(node, `${kindOf(of)} has no parts`);
  return guarded(node, () => of.slice(from === undefined ? 0 : number(from), to === undefined ? undefined : number(to)));
}

function operate(operator: string, left: Value, right: Value): Value {
  switch (operator) {
    case '==': return equal(left, right);
    case '!=': return !equal(left, right);
    case '<': return compared(left, right) < 0;
    case '<=': return compared(left, right) <= 0;
    case '>': return compared(left, right) > 0;
    case '>=': return compared(left, right) >= 0;
    case '+': return plus(left, right);
    case '-': return number(left) - number(right);
    case '*': return number(left) * number(right);
    case '/': return number(left) / number(right);
    case '%': return remainder(number(left), number(right));
    case '**': return number(left) ** number(right);
    case 'in': return isIn(left, right);
    case 'contains': return text(left).includes(text(right));
    case 'startsWith': return text(left).startsWith(text(right));
    case 'endsWith': return text(left).endsWith(text(right));
    default: return compilePattern(text(right)).test(text(left));
  }
}

const equal = (left: Value, right: Value): boolean => !Number.isNaN(left) && deepEqual(left, right);

/** Below 0 where left comes first. NaN comes neither first nor last, and is not equal either. */
function compared(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  const [a, b] = [number(left), number(right)];
  return a === b ? 0 : a < b ? -1 : a > b ? 1 : NaN;
}

function plus(left: Value, right: Value): Value {
  if (typeof left !== 'string' || typeof right !== 'string') return number(left) + number(right);
  if (left.length + right.length > LONGEST) throw new Error('the text becomes too long');
  return left + right;
}

function remainder(left: number, right: number): number {
  if (!Number.isInteger(left) || !Number.isInteger(right)) throw new Error('% takes whole numbers');
  if (right === 0) throw new Error('a division by 0');
  return left % right;
}

function isIn(left: Value, right: Value): boolean {
  if (isList(right)) return right.some((each) => equal(left, each));
  if (isMap(right)) return typeof left === 'string' && Object.hasOwn(right, left);
  if (right === null) return false;
  throw new Error(`nothing can be in ${kindOf(right)}`);
}
