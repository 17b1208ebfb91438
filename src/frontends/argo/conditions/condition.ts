import { checkNode } from './checking.js';
import { evaluateNode } from './evaluation.js';
import { parseCondition } from './parser.js';
import { ConditionError, type Node, type Value } from './syntax.js';

/** A condition of a metric, read once and evaluated for each measurement. */
export interface Condition {
  readonly source: string;
  readonly tree: Node;
  /** @throws ConditionError when it cannot be evaluated */
  holds(result: Value): boolean;
}

/** Reads a condition over `result`. @throws ConditionError saying what is wrong, and at which character */
export function compileCondition(source: string): Condition {
  const tree = parseCondition(source);
  const gives = checkNode(tree, ['result']);
  if (gives !== 'boolean' && gives !== 'any') throw new ConditionError(`it must be true or false, and is ${gives === 'number' ? 'a number' : `a ${gives}`}`, tree.at);
  return {
    source,
    tree,
    holds(result) {
      const value = evaluateNode(tree, { result });
      if (typeof value !== 'boolean') throw new ConditionError('it is neither true nor false', 0);
      return value;
    },
  };
}

/** Why a condition cannot be read, in a line; undefined when it can. */
export function conditionFault(source: string): string | undefined {
  try {
    compileCondition(source);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    return `${error.message}, at character ${error.at + 1}`;
  }
}
