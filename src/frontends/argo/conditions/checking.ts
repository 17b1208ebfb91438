import { nearestName } from '../../../model/suggestion.js';
import { functions, PREDICATE_FUNCTIONS, type Kind } from './functions.js';
import { ConditionError, type Node } from './syntax.js';

const NUMBERS = ['-', '*', '/', '%', '**'];
const ORDERED = ['<', '<=', '>', '>='];
const WORDS = ['matches', 'contains', 'startsWith', 'endsWith'];
const PREDICATE_GIVES: Readonly<Record<string, Kind>> = { all: 'boolean', any: 'boolean', one: 'boolean', none: 'boolean', map: 'list', filter: 'list', findIndex: 'number', findLastIndex: 'number', count: 'number', sum: 'number' };
const NAMES: Readonly<Record<Kind, string>> = { boolean: 'true or false', number: 'a number', text: 'a text', list: 'a list', map: 'a map', any: 'anything' };

/**
 * Looks for names and functions that there are not, and for kinds of values that cannot go together, as far as that is
 * known without a result. @returns what the condition gives @throws ConditionError for the first thing that is wrong
 */
export function checkNode(node: Node, names: readonly string[]): Kind {
  const check = (each: Node): Kind => checkNode(each, names);
  const expect = (each: Node, wanted: Kind): void => {
    const kind = check(each);
    if (kind !== 'any' && kind !== wanted) throw new ConditionError(`${NAMES[kind]} stands where ${NAMES[wanted]} is needed`, each.at);
  };
  switch (node.kind) {
    case 'literal':
      return node.value === null ? 'any' : typeof node.value === 'number' ? 'number' : typeof node.value === 'string' ? 'text' : 'boolean';
    case 'name': {
      if (names.includes(node.name)) return 'any';
      const meant = nearestName(node.name, names);
      throw new ConditionError(`the name ${node.name} is not known${meant === undefined ? '' : `; did you mean ${meant}?`}`, node.at);
    }
    case 'element':
      return node.of === 'index' ? 'number' : 'any';
    case 'list':
      node.items.forEach(check);
      return 'list';
    case 'map':
      node.entries.forEach(([, value]) => check(value));
      return 'map';
    case 'unary':
      expect(node.operand, node.operator === 'not' ? 'boolean' : 'number');
      return node.operator === 'not' ? 'boolean' : 'number';
    case 'conditional': {
      expect(node.test, 'boolean');
      const [then, otherwise] = [check(node.then), check(node.otherwise)];
      return then === otherwise ? then : 'any';
    }
    case 'member':
      check(node.of);
      check(node.key);
      return 'any';
    case 'slice':
      [node.from, node.to].forEach((each) => each && expect(each, 'number'));
      return check(node.of);
    case 'let':
      check(node.value);
      return checkNode(node.body, [...names, node.name]);
    case 'call':
      return checkCall(node, check);
    case 'binary':
      return checkBinary(node, check, expect);
  }
}

function checkCall({ name, args, at }: Extract<Node, { kind: 'call' }>, check: (node: Node) => Kind): Kind {
  args.forEach(check);
  if (PREDICATE_FUNCTIONS.includes(name)) {
    const most = name === 'reduce' ? 3 : 2;
    if (args.length > most || args.length < (name === 'sum' || name === 'count' ? 1 : 2)) throw new ConditionError(`${name} takes a list and a predicate`, at);
    return PREDICATE_GIVES[name] ?? 'any';
  }
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!known) {
    const meant = nearestName(name, [...Object.keys(functions), ...PREDICATE_FUNCTIONS]);
    throw new ConditionError(`there is no function ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`, at);
  }
  if (args.length < known.least || args.length > known.most) throw new ConditionError(`${name} takes ${known.least === known.most ? known.least : `${known.least} to ${known.most}`} arguments, not ${args.length}`, at);
  return known.gives;
}

function checkBinary({ operator, left, right, at }: Extract<Node, { kind: 'binary' }>, check: (node: Node) => Kind, expect: (node: Node, wanted: Kind) => void): Kind {
  if (operator === 'and' || operator === 'or') {
    expect(left, 'boolean');
    expect(right, 'boolean');
    return 'boolean';
  }
  if (NUMBERS.includes(operator) || operator === '..') {
    expect(left, 'number');
    expect(right, 'number');
    return operator === '..' ? 'list' : 'number';
  }
  if (WORDS.includes(operator)) {
    expect(left, 'text');
    expect(right, 'text');
    return 'boolean';
  }
  const [a, b] = [check(left), check(right)];
  if (operator === '??') return a === b ? a : 'any';
  if (operator === 'in') return 'boolean';
  const differ = a !== 'any' && b !== 'any' && a !== b;
  if (differ) throw new ConditionError(`${NAMES[a]} and ${NAMES[b]} cannot go together with ${operator}`, at);
  if (operator === '+') return a === 'any' ? b : a;
  if (ORDERED.includes(operator) && [a, b].some((kind) => ['boolean', 'list', 'map'].includes(kind))) throw new ConditionError(`${NAMES[a === 'any' ? b : a]} has no order`, at);
  return 'boolean';
}
