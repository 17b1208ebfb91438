import { CLASS, takesSemicolon } from './character-class.js';

/**
 * A regular expression for a whole cookie value, as a part of one for the whole `cookie` header: what would run over the end
 * of the value (`.`, `\S`, `[^a]`) stops at `;`, and anchors of the whole value go, since a part is not anchored by them.
 */
export function cookieValuePattern(regex: string): string {
  return translate(regex).pattern;
}

/** Why a regular expression cannot be one for a cookie's value; undefined where it can. */
export function cookieValueProblem(regex: string): string | undefined {
  return translate(regex).problem;
}

const OPEN: Readonly<Record<string, string>> = { '.': '[^;]', '\\S': String.raw`[^\s;]`, '\\W': String.raw`[^\w;]`, '\\D': String.raw`[^\d;]` };

const TOKENS = new RegExp(String.raw`\\[\s\S]|${CLASS}|[\s\S]`, 'g');

interface Translation {
  readonly pattern: string;
  readonly problem?: string;
}

function translate(regex: string): Translation {
  const tokens = regex.match(TOKENS) ?? [];
  let depth = 0;
  let problem: string | undefined;
  const parts = tokens.map((token, index) => {
    const before = tokens[index - 1];
    const after = tokens[index + 1];
    if (token === '(') depth++;
    if (token === ')') depth--;
    if (token === '^' || token === '$') {
      const atEnd = token === '^' ? before === undefined || before === '|' : after === undefined || after === '|';
      if (depth > 0 || !atEnd) problem = `has "${token}" in the middle`;
      return '';
    }
    if (token.startsWith('[') && token.length > 1) {
      if (/\\[SWDPQp]|\[:\^/.test(token)) problem = 'has a negated or Unicode class within brackets';
      if (token.startsWith('[^')) return excluding(token);
      if (takesSemicolon(token)) problem = 'has a class that takes ";", where a cookie ends';
      return token;
    }
    if (/^\\[AzbBQEpPC]$/.test(token)) problem = `has ${token}`;
    return OPEN[token] ?? token;
  });
  return { pattern: parts.join(''), ...(problem === undefined ? {} : { problem }) };
}

/** A negated class that also leaves out `;`. A dash at its end is only a dash. */
function excluding(negated: string): string {
  const body = negated.slice(0, -1);
  return /(?:^|[^\\])(?:\\\\)*-$/.test(body) ? String.raw`${body.slice(0, -1)}\-;]` : `${body};]`;
}
