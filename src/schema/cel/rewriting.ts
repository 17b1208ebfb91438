const TOKEN = /(\s+|\/\/[^\n]*)|([rRbB]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))|([A-Za-z_]\w*)|(\d[\w.]*|[^])/gy;

/** `matches` under another name of the same length: the library's own takes time exponential in the subject. */
export const SAFE_MATCHES = 'm4tches';
/** `value()` of an optional under another name: the library cannot compare what its own returns. */
export const OPTIONAL_VALUE = 'v4lue';

const RENAMED: ReadonlyMap<string, string> = new Map([
  ['matches', SAFE_MATCHES],
  ['value', OPTIONAL_VALUE],
]);

interface Token {
  readonly text: string;
  readonly blank: boolean;
  readonly name: boolean;
}

const tokensOf = (expression: string): Token[] =>
  [...expression.matchAll(TOKEN)].map(([text, space, , name]) => ({ text, blank: space !== undefined, name: name !== undefined }));

/**
 * Writes `has(e.field)` as `(e.?field.hasValue())`, which means the same, wherever `e` is more than names joined by dots: the
 * library's own `has` takes nothing else. Positions behind such a place move.
 */
export function withHasOfElements(expression: string): string {
  return expression.includes('has') ? rewriteHas(tokensOf(expression)) : expression;
}

function rewriteHas(tokens: readonly Token[]): string {
  let text = '';
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    const end = token?.text === 'has' && tokens[index + 1]?.text === '(' && tokens[index - 1]?.text !== '.' ? closing(tokens, index + 1) : -1;
    const argument = end > 0 ? tokens.slice(index + 2, end) : [];
    const [dot, field] = argument.filter(({ blank }) => !blank).slice(-2);
    if (dot?.text === '.' && field && argument.some(({ text: part }) => part === '[' || part === '(')) {
      text += `(${rewriteHas(argument.slice(0, argument.lastIndexOf(dot)))}.?${field.text}.hasValue())`;
      index = end;
    } else text += token?.text ?? '';
  }
  return text;
}

function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    if (tokens[index]?.text === '(') depth++;
    else if (tokens[index]?.text === ')' && --depth === 0) return index;
  }
  return -1;
}

/** Renames the methods that the library does wrong to our own. All positions stay. */
export function withOwnMethods(expression: string): string {
  const tokens = tokensOf(expression);
  return tokens
    .map(({ text, name }, index) => {
      const renamed = name ? RENAMED.get(text) : undefined;
      if (renamed === undefined) return text;
      const before = tokens.slice(0, index).findLast(({ blank }) => !blank);
      const after = tokens.slice(index + 1).find(({ blank }) => !blank);
      return before?.text === '.' && after?.text === '(' ? renamed : text;
    })
    .join('');
}
