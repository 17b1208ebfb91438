import { SelectorError } from './selector-requirement.js';

/** One term of a field selector. */
export interface FieldRequirement {
  /** Path such as `metadata.name`. */
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** A field selector, parsed once and asked many times. */
export interface FieldMatcher {
  /** All must hold. Check the fields against what the kind allows: this parser knows no kinds. */
  readonly requirements: readonly FieldRequirement[];
  /** @param valueOf the value of a field, empty when it is not set */
  matches(valueOf: (field: string) => string): boolean;
  toString(): string;
}

/**
 * Parses `metadata.name=a,spec.nodeName!=b`; a backslash escapes `,`, `=` and itself in values.
 * @throws SelectorError in the words of a 400 answer
 */
export function parseFieldSelector(text: string): FieldMatcher {
  const requirements = splitTerms(text)
    .filter((term) => term !== '')
    .map((term) => parseTerm(term, text));
  return {
    requirements,
    matches: (valueOf) => requirements.every(({ field, operator, value }) => (valueOf(field) === value) === (operator === '=')),
    toString: () => requirements.map(({ field, operator, value }) => `${field}${operator}${value.replace(/[\\,=]/g, '\\$&')}`).join(','),
  };
}

function splitTerms(text: string): string[] {
  return text.match(/(?:\\[^]|[^\\,]|\\$)+/g) ?? [];
}

function parseTerm(term: string, whole: string): FieldRequirement {
  const found = /^((?:\\[^]|[^\\=!]|!(?!=)|\\$)*?)(!=|==|=)([^]*)$/.exec(term);
  if (!found) throw new SelectorError(`invalid selector: '${whole}'; can't understand '${term}'`);
  const [, field = '', operator = '', value = ''] = found;
  return { field, operator: operator === '!=' ? '!=' : '=', value: unescapeValue(value) };
}

function unescapeValue(value: string): string {
  const bad = /(?<!\\)(?:\\\\)*(?:\\([^\\,=])|[=])|\\$/.exec(value.replace(/\\[\\,=]/g, '__'));
  if (bad) throw new SelectorError(`invalid field selector: invalid escape sequence or unescaped rune in '${value}'`);
  return value.replace(/\\([\\,=])/g, '$1');
}
