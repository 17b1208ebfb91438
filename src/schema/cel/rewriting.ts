const TOKEN = /(\s+|\/\/[^\n]*)|([rRbB]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))|([A-Za-z_]\w*)|(\d[\w.]*|[^])/gy;

/** `matches` under another name of the same length: the library's own takes time exponential in the subject. */
export const SAFE_MATCHES = 'm4tches';
/** `value()` of an optional under another name: the library cannot compare what its own returns. */
export const OPTIONAL_VALUE = 'v4lue';

const RENAMED: ReadonlyMap<string, string> = new Map([
  ['matches', SAFE_MATCHES],
  ['value', OPTIONAL_VALUE],
]);

/** Renames the methods that the library does wrong to our own. All positions stay. */
export function withOwnMethods(expression: string): string {
  const tokens = [...expression.matchAll(TOKEN)].map(([text, space, , name]) => ({ text, blank: space !== undefined, name: name !== undefined }));
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
