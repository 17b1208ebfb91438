/**
 * The text that everything begins with which a regular expression takes as a whole; empty where that cannot be told by
 * looking at it. `^/green/[0-9]+` gives `/green/`.
 */
export function literalPrefix(regex: string): string {
  if (hasOpenAlternative(regex)) return '';
  const [, prefix = ''] = /^\^?((?:\\[^A-Za-z0-9]|[^\\^$.|?*+()[\]{}])*)/.exec(regex) ?? [];
  const next = regex.replace(/^\^/, '').charAt(prefix.length);
  // What may be repeated or left out is not surely there.
  const sure = /[?*{]/.test(next) ? prefix.replace(/(\\.|.)$/s, '') : prefix;
  return sure.replace(/\\(.)/gs, '$1');
}

/** Whether `|` stands outside of every group, so that the beginning is not the beginning of all. */
function hasOpenAlternative(regex: string): boolean {
  let depth = 0;
  for (let at = 0; at < regex.length; at++) {
    const character = regex.charAt(at);
    if (character === '\\') at++;
    else if (character === '[') at = endOfClass(regex, at);
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === '|' && depth === 0) return true;
  }
  return false;
}

/** Where the class of characters that begins here ends. */
function endOfClass(regex: string, start: number): number {
  // A `]` right at the beginning is one of the characters.
  for (let at = start + (regex.charAt(start + 1) === '^' ? 3 : 2); at < regex.length; at++) {
    if (regex.charAt(at) === '\\') at++;
    else if (regex.charAt(at) === ']') return at;
  }
  return regex.length;
}
