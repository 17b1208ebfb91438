/**
 * Regular expressions as RE2 reads them (Envoy, Istio, Gateway API), for JavaScript. What RE2 does not have is refused, and so
 * is what it has and JavaScript reads otherwise, so that nothing matches here that would not match there.
 */
export interface Re2Options {
  /** The whole string must match, and not a part of it. */
  readonly whole: boolean;
  /** Every place that matches, and not the first. */
  readonly everywhere?: boolean;
}

/** @throws SyntaxError */
export function compileRe2(pattern: string, { whole, everywhere = false }: Re2Options): RegExp {
  const [, letters = '', rest = pattern] = /^\(\?([isU]+)\)([^]*)$/.exec(pattern) ?? [];
  if (letters.includes('U')) throw new SyntaxError('the flag U is not implemented');
  const flags = `${letters.includes('i') ? 'i' : ''}${letters.includes('s') ? 's' : ''}${everywhere ? 'g' : ''}`;
  const translated = translate(rest);
  return new RegExp(whole ? `^(?:${translated})$` : translated, flags);
}

/** Inside of brackets. */
const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z', alpha: 'A-Za-z', ascii: '\\x00-\\x7F', blank: '\\t ', cntrl: '\\x00-\\x1F\\x7F', digit: '0-9', graph: '!-~',
  lower: 'a-z', print: ' -~', punct: '!-\\/:-@\\[-`{-~', space: '\\t\\n\\v\\f\\r ', upper: 'A-Z', word: '0-9A-Za-z_', xdigit: '0-9A-Fa-f',
};
const ESCAPES: Readonly<Record<string, string>> = { '\\A': '^', '\\z': '$', '\\a': '\\x07' };
/** An escape, the beginning of a group, a class of POSIX, a bracket, or any character. */
const TOKEN = /\\[^]|\(\?P?<?[=!:imsU-]?|\[:\^?[a-z]+:\]|[^]/g;

function translate(pattern: string): string {
  let inBrackets = false;
  let justOpened = false;
  return pattern.replace(TOKEN, (token) => {
    if (inBrackets) {
      const first = justOpened;
      justOpened = first && token === '^';
      if (token === ']' && !first) inBrackets = false;
      // Behind the opening bracket it stands for itself.
      else if (token === ']') return '\\]';
      else if (token.startsWith('[:')) return posix(token);
      return token.startsWith('\\') ? escape(token) : token;
    }
    if (token === '[') [inBrackets, justOpened] = [true, true];
    if (token.startsWith('(?')) return group(token);
    // A class of POSIX stands in brackets only: elsewhere these are the characters of one.
    return token.startsWith('\\') ? escape(token) : token;
  });
}

function escape(token: string): string {
  if (/^\\[1-9]$/.test(token)) throw new SyntaxError(`RE2 knows no back-reference ${token}`);
  if (/^\\[pPQECxZGkKRXNcu]$/.test(token) && token !== '\\x') throw new SyntaxError(`${token} is not implemented`);
  return ESCAPES[token] ?? token;
}

function group(token: string): string {
  if (token === '(?P<') return '(?<';
  if (token === '(?:' || token === '(?<') return token;
  throw new SyntaxError(/[=!]$/.test(token) ? `RE2 knows no look-around ${token}` : `${token} is not implemented here`);
}

function posix(token: string): string {
  const negated = token.startsWith('[:^');
  const known = POSIX[token.slice(negated ? 3 : 2, -2)];
  if (known === undefined || negated) throw new SyntaxError(`${token} is not implemented`);
  return known;
}
