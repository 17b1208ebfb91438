/** A piece of an expression: what it is, its text, and where it stands. */
interface Token {
  readonly kind: 'space' | 'text' | 'name' | 'other';
  readonly text: string;
}

const TOKEN = /(\s+|\/\/[^\n]*)|([rRbB]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))|([A-Za-z_]\w*)|(\d[\w.]*|[^])/gy;

/** `matches` under another name of the same length: the library's own takes time exponential in the subject. */
export const SAFE_MATCHES = 'm4tches';
/** `value()` of an optional under another name: the library cannot compare what its own returns. */
export const OPTIONAL_VALUE = 'v4lue';

const RENAMED: ReadonlyMap<string, string> = new Map([
  ['matches', SAFE_MATCHES],
  ['value', OPTIONAL_VALUE],
]);

/**
 * Rewrites what the library does not know or does wrong: `matches` and `value` to our own, and `Object.spec{replicas: 1}` or
 * `JSONPatch{op: "add"}` to maps. Positions before the first such literal stay as they are.
 */
export function rewritten(expression: string): string {
  const tokens = tokenise(expression);
  const output: string[] = [];
  /** For each open brace, whether it belongs to such a literal. */
  const braces: boolean[] = [];
  tokens.forEach((token, index) => {
    const next = following(tokens, index);
    if (token.text === '{') {
      const literal = takeTypeName(output);
      braces.push(literal);
    } else if (token.text === '}') {
      braces.pop();
    }
    const renamed = token.kind === 'name' && next?.text === '(' && lastSolid(output) === '.' ? RENAMED.get(token.text) : undefined;
    if (renamed !== undefined) {
      output.push(renamed);
    } else if (token.kind === 'name' && next?.text === ':' && braces.at(-1) === true && isKeyPlace(lastSolid(output))) {
      output.push(JSON.stringify(token.text));
    } else {
      output.push(token.text);
    }
  });
  return output.join('');
}

function tokenise(expression: string): Token[] {
  return [...expression.matchAll(TOKEN)].map(([text, space, literal, name]): Token => {
    if (space !== undefined) return { kind: 'space', text };
    if (literal !== undefined) return { kind: 'text', text };
    return { kind: name === undefined ? 'other' : 'name', text };
  });
}

const following = (tokens: readonly Token[], index: number): Token | undefined => tokens.slice(index + 1).find(({ kind }) => kind !== 'space');

const lastSolid = (output: readonly string[]): string | undefined => output.findLast((text) => text.trim() !== '');

const isKeyPlace = (before: string | undefined): boolean => before === '{' || before === ',';

/** Takes a type name such as `Object.spec` off the end of the output, if one stands there. */
function takeTypeName(output: string[]): boolean {
  let start = output.length;
  while (start > 0 && /^(?:[A-Za-z_]\w*|\.)$/.test(output[start - 1] ?? '')) start -= 1;
  if (!/^(?:Object|JSONPatch)$/.test(output[start] ?? '')) return false;
  output.length = start;
  return true;
}
