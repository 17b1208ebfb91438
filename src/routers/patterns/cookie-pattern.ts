import type { ValueMatch } from '../../model/match.js';
import { cookieValuePattern } from './cookie-value-regex.js';

/** More cookies at once would need too many orders in which they can stand. */
export const MOST_COOKIES = 3;

/**
 * A regular expression (RE2, for the whole header) that a `cookie` header with all of these cookies matches, in whatever
 * order and among whatever others. Each name once.
 */
export function cookiePattern(cookies: readonly ValueMatch[]): string {
  const parts = cookies.map((cookie) => `${quote(cookie.name)}=${valuePattern(cookie)}`);
  const orders = permutations(parts).map((order) => order.join(String.raw`;(?:.*;)?\s*`));
  return String.raw`^(?:.*;\s*)?` + (orders.length === 1 ? orders.join('') : `(?:${orders.join('|')})`) + '(?:;.*)?$';
}

function valuePattern({ exact, prefix, regex }: ValueMatch): string {
  if (exact !== undefined) return quote(exact);
  if (prefix !== undefined) return `${quote(prefix)}[^;]*`;
  return regex === undefined ? '[^;]*' : `(?:${cookieValuePattern(regex)})`;
}

/** A text as a regular expression for itself. */
export function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
