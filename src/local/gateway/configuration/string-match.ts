import { compileRe2 } from './re2.js';

/** As in Istio: exactly one of the three; none of them asks only that there is a value. */
export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

export type StringTest = (value: string) => boolean;

/** The whole string must match, as RE2 reads it. @throws SyntaxError */
export const compileRegex = (pattern: string): RegExp => compileRe2(pattern, { whole: true });

/** True for a match that any present value passes. The regex `*` is no regular expression and means the same. */
export function isPresenceOnly(match: StringMatch): boolean {
  return (match.exact === undefined && match.prefix === undefined && match.regex === undefined) || match.regex === '*';
}

/** @throws SyntaxError for a regex that does not compile */
export function compileStringMatch(match: StringMatch, ignoreCase = false): StringTest {
  if (isPresenceOnly(match)) return () => true;
  if (match.regex !== undefined) {
    const regex = compileRegex(match.regex);
    return (value) => regex.test(value);
  }
  const fold = ignoreCase ? (text: string): string => text.toLowerCase() : (text: string): string => text;
  if (match.prefix !== undefined) {
    const prefix = fold(match.prefix);
    return (value) => fold(value).startsWith(prefix);
  }
  const exact = fold(match.exact ?? '');
  return (value) => fold(value) === exact;
}
