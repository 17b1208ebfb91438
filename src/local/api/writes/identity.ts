import type { Random } from '../../../ports/random.js';

const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
/** A generated name is cut so that it fits a label value. */
const MOST_BASE = 63 - SUFFIX_LENGTH;

/** A version 4 UUID drawn from `random`. */
export function newUid(random: Random): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(random() * 16));
  digits[12] = 4;
  digits[16] = 8 + ((digits[16] ?? 0) & 3);
  const hex = digits.map((digit) => digit.toString(16)).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** `generateName` with five random letters. */
export function generatedName(base: string, random: Random): string {
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => SUFFIX_LETTERS[Math.floor(random() * SUFFIX_LETTERS.length)]).join('');
  return `${base.slice(0, MOST_BASE)}${suffix}`;
}

/** A time as objects hold it: RFC 3339, whole seconds. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
