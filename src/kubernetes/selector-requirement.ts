import { invalidField } from './field-errors.js';
import { labelValueProblems, qualifiedNameProblems } from './names.js';

/** `exists` and `!` take no values, `>` and `<` one integer, the others any number of texts. */
export type SelectorOperator = 'in' | 'notin' | 'exists' | '!' | '>' | '<';

/** One term of a label selector. */
export interface SelectorRequirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
  /** Written with `=`, `==` or `!=` (one value); matters only for the text form. */
  readonly exact: boolean;
}

/** A selector that cannot be read; the message is what a server answers with 400. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

/** Returns the requirement. @throws SelectorError when its key or values cannot be */
export function checkRequirement(requirement: SelectorRequirement): SelectorRequirement {
  const { key, operator, values } = requirement;
  const problems: string[] = [];
  const add = (field: string, value: unknown, details: readonly string[]): void => {
    if (details.length === 0) return;
    const { message } = invalidField(field, value, details.join('; '));
    problems.push(`${field}: ${message}`);
  };
  add('<nil>', key, qualifiedNameProblems(key));
  if ((operator === 'in' || operator === 'notin') && values.length === 0) {
    add('values', values, ["for 'in', 'notin' operators, values set can't be empty"]);
  }
  if ((operator === 'exists' || operator === '!') && values.length > 0) {
    add('values', values, ['values set must be empty for exists and does not exist']);
  }
  if (operator === '>' || operator === '<') {
    if (values.length !== 1) add('values', values, ["for 'Gt', 'Lt' operators, exactly one value is required"]);
    values.forEach((value, index) => {
      if (!/^[-+]?\d+$/.test(value)) add(`values[${index}]`, value, ["for 'Gt', 'Lt' operators, the value must be an integer"]);
    });
  }
  values.forEach((value, index) => {
    add(`values[${index}]`, value, labelValueProblems(value));
  });
  if (problems.length > 0) throw new SelectorError(problems.length === 1 ? problems.join('') : `[${problems.join(', ')}]`);
  return requirement;
}
