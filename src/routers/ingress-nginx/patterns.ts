import type { ValueMatch } from '../../model/match.js';
import { CLASS, takesSemicolon } from '../patterns/character-class.js';
import { pcreProblem } from '../patterns/re2.js';

/** What ingress-nginx lets through as a plain value. */
const PLAIN = /^[-._~a-zA-Z0-9/:]*$/;
/** What it lets through in a regular expression. */
const ALLOWED = /[-._~a-zA-Z0-9/:^$[\](){}*+?|&=\\]/;
const BRACKETS = new RegExp(`^${CLASS}`);
const SPECIAL = /[.^$[\](){}*+?|\\/&~]/;
/** A semicolon, as it may be written in a pattern. */
const SEMICOLON = '\\x3b';

/** Whether a value can be compared as it is. */
export const isPlain = (value: string): boolean => value !== '' && PLAIN.test(value);

/** A text as a pattern that matches it alone; characters that ingress-nginx refuses are written by their number, UTF-8 byte by byte. */
export function literal(text: string): string {
  return [...text]
    .map((character) => {
      if (/[\w:=-]/.test(character)) return character;
      if (SPECIAL.test(character) && ALLOWED.test(character)) return `\\${character}`;
      return bytesOf(character).map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
    })
    .join('');
}

function bytesOf(character: string): number[] {
  return [...encodeURIComponent(character).matchAll(/%([0-9A-F]{2})|(.)/g)].map(([, hex, plain = '']) => (hex === undefined ? plain.charCodeAt(0) : parseInt(hex, 16)));
}

/** A pattern for the value of a header. @returns a sentence in place of what cannot be said */
export function headerPattern({ exact, prefix, regex }: ValueMatch): { readonly pattern: string } | { readonly problem: string } {
  if (exact !== undefined) return { pattern: `^${literal(exact)}$` };
  if (prefix !== undefined) return { pattern: `^${literal(prefix)}` };
  if (regex === undefined) return { pattern: '.*' };
  const said = expression(regex, false);
  return 'problem' in said ? said : { pattern: `^(?:${said.pattern})$` };
}

/** A pattern for the whole Cookie header in which one cookie has the value. @returns a sentence in place of what cannot be said */
export function cookiePattern({ name, exact, prefix, regex }: ValueMatch): { readonly pattern: string } | { readonly problem: string } {
  const begin = `(^|${SEMICOLON}\\x20*)${literal(name)}=`;
  const end = `($|${SEMICOLON})`;
  if (exact !== undefined) return { pattern: `${begin}${literal(exact)}${end}` };
  if (prefix !== undefined) return { pattern: `${begin}${literal(prefix)}` };
  if (regex === undefined) return { pattern: begin };
  const said = expression(regex, true);
  return 'problem' in said ? said : { pattern: `${begin}(?:${said.pattern})${end}` };
}

/**
 * An expression in the characters that ingress-nginx lets through.
 * @param within whether it is looked for within a Cookie header, so that what matches anything must stop at a semicolon
 */
function expression(regex: string, within: boolean): { readonly pattern: string } | { readonly problem: string } {
  const broken = pcreProblem(regex);
  if (broken !== undefined) return { problem: broken };
  let pattern = '';
  let inClass = false;
  for (let at = 0; at < regex.length; at++) {
    const [character = '', next = ''] = [regex.charAt(at), regex.charAt(at + 1)];
    if (character.charCodeAt(0) > 126) return { problem: `has "${character}", and only ASCII can be said in a pattern` };
    if (character === '\\') {
      if (within && /[DWSPpC]/.test(next)) return { problem: `has "\\${next}", which would also match beyond the end of the cookie` };
      pattern += /[A-Za-z0-9]/.test(next) ? `\\${next}` : literal(next);
      at++;
    } else if (character === '[' && !inClass) {
      const [brackets] = BRACKETS.exec(regex.slice(at)) ?? [];
      if (within && next !== '^' && brackets !== undefined && takesSemicolon(brackets)) return { problem: `has ${brackets}, which would also match beyond the end of the cookie` };
      inClass = true;
      pattern += '[';
      if (next === '^') {
        pattern += within ? `^${SEMICOLON}` : '^';
        at++;
      }
    } else if (character === ']' && inClass) {
      inClass = false;
      pattern += ']';
    } else if (character === '.' && !inClass && within) pattern += `[^${SEMICOLON}]`;
    else if (character === '^' && !inClass && within) return { problem: 'has "^", which would mean the beginning of all cookies' };
    else if (character === '$' && !inClass && within) return { problem: 'has "$", which would mean the end of all cookies' };
    else if (character === '(' && !inClass && /^\(\?P?<[A-Za-z]/.test(regex.slice(at))) return { problem: 'has a group with a name, whose characters ingress-nginx refuses' };
    else if (character === '(' && !inClass && /^\(\?[^:]/.test(regex.slice(at)) && !ALLOWED.test(regex.charAt(at + 2))) return { problem: `has "${regex.slice(at, at + 3)}", whose characters ingress-nginx refuses` };
    else if (character === ',' && /\{\d+$/.test(regex.slice(0, at))) return { problem: 'has a repetition with a comma, which ingress-nginx refuses' };
    else pattern += ALLOWED.test(character) ? character : literal(character);
  }
  return { pattern };
}
