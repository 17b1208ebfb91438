/**
 * Policies write objects as `Object{spec: Object.spec{paused: true}}` and patches as `JSONPatch{op: 'add', …}`. Before
 * compiling they are rewritten to maps of any values, `dyn({"spec": dyn({"paused": true})})`, so that two of them may
 * stand in the branches of a condition, and an optional field `?name: value` to the key `"?name"`, which whoever reads
 * the result resolves. Positions before the first such literal stay as they are.
 */
export function rewriteObjectLiterals(expression: string): string {
  const tokens = expression.match(TOKEN) ?? [];
  const braces: ('literal' | 'other')[] = [];
  let output = '';
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] ?? '';
    const brace = literalBrace(tokens, index);
    if (brace !== undefined) {
      output += 'dyn({';
      braces.push('literal');
      index = brace;
      continue;
    }
    if (token === '}') {
      output += braces.pop() === 'literal' ? '})' : '}';
      continue;
    }
    const key = braces.at(-1) === 'literal' ? keyAt(tokens, index) : undefined;
    if (token === '{' || token === '(' || token === '[') braces.push('other');
    if (token === ')' || token === ']') braces.pop();
    output += key === undefined ? token : JSON.stringify(key.name);
    index = key?.last ?? index;
  }
  return output;
}

/** The pieces of a CEL expression: strings and comments whole, white space kept. */
const TOKEN =
  /[rRbB]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?''')|[bB]?[rR][bB]?(?:"[^"\n]*"|'[^'\n]*')|[bB]?"(?:\\.|[^"\\\n])*"|[bB]?'(?:\\.|[^'\\\n])*'|`[^`]*`|\/\/[^\n]*|[A-Za-z_]\w*|\s+|[\s\S]/g;
const WORD = /^(?:[A-Za-z_]\w*|`[^`]*`)$/;
const BLANK = /^(?:\s+|\/\/.*)$/;

/** Where the brace of a literal is whose type name begins here. */
function literalBrace(tokens: readonly string[], start: number): number | undefined {
  const first = tokens[start];
  if ((first !== 'Object' && first !== 'JSONPatch') || previous(tokens, start) === '.') return undefined;
  for (let index = start + 1; index < tokens.length; index += 1) {
    const token = tokens[index] ?? '';
    if (token === '{') return index;
    if (token !== '.' && !WORD.test(token) && !BLANK.test(token)) return undefined;
  }
  return undefined;
}

/** The key of a literal that begins here, after its brace or a comma. */
function keyAt(tokens: readonly string[], index: number): { name: string; last: number } | undefined {
  const before = previous(tokens, index);
  if (before !== '{' && before !== ',') return undefined;
  const optional = tokens[index] === '?';
  let last = optional ? index + 1 : index;
  while (optional && BLANK.test(tokens[last] ?? '')) last += 1;
  const word = tokens[last] ?? '';
  if (!WORD.test(word)) return undefined;
  let next = last + 1;
  while (BLANK.test(tokens[next] ?? '')) next += 1;
  if (tokens[next] !== ':') return undefined;
  const name = word.startsWith('`') ? word.slice(1, -1) : word;
  return { name: optional ? `?${name}` : name, last };
}

function previous(tokens: readonly string[], index: number): string | undefined {
  return tokens.slice(0, index).findLast((token) => !BLANK.test(token));
}
