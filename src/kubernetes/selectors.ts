import type { LabelSelector } from './generated/meta-v1.js';
import { labelValueProblems, qualifiedNameProblems } from './names.js';
import { parseRequirements } from './selector-parser.js';
import { checkRequirement, type SelectorOperator, type SelectorRequirement, SelectorError } from './selector-requirement.js';
import type { FieldError } from './field-error.js';
import { fieldPath, forbiddenField, invalidField, keyPath, requiredField } from './field-errors.js';

export { SelectorError } from './selector-requirement.js';
export type { SelectorOperator, SelectorRequirement } from './selector-requirement.js';

type Labels = Readonly<Record<string, string>> | undefined;

/** A selector, parsed once and asked many times. */
export interface LabelMatcher {
  /** All must hold. */
  readonly requirements: readonly SelectorRequirement[];
  /** True for a missing selector: it selects nothing. (An empty one selects everything.) */
  readonly nothing: boolean;
  matches(labels: Labels): boolean;
  /** The text form, requirements sorted by key, as in `Scale.status.selector`. */
  toString(): string;
}

/**
 * Parses the text form (`a=b,c in (d,e),!f,g>1`).
 * @throws SelectorError in the words of a 400 answer
 */
export function parseLabelSelector(text: string): LabelMatcher {
  return matcherOf(parseRequirements(text));
}

/**
 * The matcher of a `LabelSelector`: undefined selects nothing, `{}` everything.
 * @throws SelectorError when an operator or a value cannot be
 */
export function labelMatcher(selector: LabelSelector | undefined): LabelMatcher {
  if (selector === undefined) return { requirements: [], nothing: true, matches: () => false, toString: () => '' };
  const requirements: SelectorRequirement[] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) =>
    checkRequirement({ key, operator: 'in', values: [value], exact: true }),
  );
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const known = OPERATORS.get(operator);
    if (known === undefined) throw new SelectorError(`${JSON.stringify(operator)} is not a valid label selector operator`);
    requirements.push(checkRequirement({ key, operator: known, values: [...(values ?? [])].sort(), exact: false }));
  }
  return matcherOf(requirements);
}

const OPERATORS = new Map<string, SelectorOperator>([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

/** Whether a `LabelSelector` selects these labels; undefined selects nothing. @throws SelectorError as `labelMatcher` */
export function matchesLabelSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  return labelMatcher(selector).matches(labels);
}

/** Whether all pairs of a plain map are among the labels, as for a Service; an empty or missing map selects nothing. */
export function matchesLabels(wanted: Labels, labels: Labels): boolean {
  const pairs = Object.entries(wanted ?? {});
  return pairs.length > 0 && pairs.every(([key, value]) => labels !== undefined && Object.hasOwn(labels, key) && labels[key] === value);
}

/** The text form of a `LabelSelector`. @throws SelectorError as `labelMatcher` */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  return labelMatcher(selector).toString();
}

/** What is wrong with a `LabelSelector` of an object at `path`. */
export function validateLabelSelector(selector: LabelSelector, path: string): FieldError[] {
  const problems: FieldError[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    const at = fieldPath(path, 'matchLabels');
    problems.push(...qualifiedNameProblems(key).map((each) => invalidField(at, key, each)));
    problems.push(...labelValueProblems(value).map((each) => invalidField(keyPath(at, key), value, each)));
  }
  selector.matchExpressions?.forEach(({ key, operator, values = [] }, index) => {
    const at = fieldPath(path, 'matchExpressions', index);
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) problems.push(requiredField(fieldPath(at, 'values'), 'must be specified when `operator` is \'In\' or \'NotIn\''));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) problems.push(forbiddenField(fieldPath(at, 'values'), 'may not be specified when `operator` is \'Exists\' or \'DoesNotExist\''));
    } else {
      problems.push(invalidField(fieldPath(at, 'operator'), operator, 'not a valid selector operator'));
    }
    problems.push(...qualifiedNameProblems(key).map((each) => invalidField(fieldPath(at, 'key'), key, each)));
    values.forEach((value, item) => {
      problems.push(...labelValueProblems(value).map((each) => invalidField(fieldPath(at, 'values', item), value, each)));
    });
  });
  return problems;
}

function matcherOf(requirements: readonly SelectorRequirement[]): LabelMatcher {
  return {
    requirements,
    nothing: false,
    matches: (labels) => requirements.every((requirement) => holds(requirement, labels ?? {})),
    toString: () => [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(formatRequirement).join(','),
  };
}

function holds({ key, operator, values }: SelectorRequirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case '>':
    case '<': {
      const limit = values[0];
      if (value === undefined || limit === undefined || !/^[-+]?\d+$/.test(value)) return false;
      return operator === '>' ? BigInt(value) > BigInt(limit) : BigInt(value) < BigInt(limit);
    }
  }
}

function formatRequirement({ key, operator, values, exact }: SelectorRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case '>':
    case '<':
      return `${key}${operator}${values[0] ?? ''}`;
    case 'in':
    case 'notin':
      if (exact) return `${key}${operator === 'in' ? '=' : '!='}${values[0] ?? ''}`;
      return `${key} ${operator} (${values.join(',')})`;
  }
}
