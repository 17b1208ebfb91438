import { CLASS } from './character-class.js';

/**
 * What in a regular expression RE2 does not know, or reads otherwise than it is meant; undefined where nothing is found.
 * Istio hands regular expressions to RE2, which has no look-around and no references to groups.
 */
export function re2Problem(regex: string): string | undefined {
  const bare = bareOf(regex);
  if (/\(\?<?[=!]/.test(bare)) return 'looks ahead or behind';
  if (/\\[1-9]|\(\?P=/.test(bare)) return 'refers back to a group';
  if (/\(\?>|[*+?}]\+/.test(bare)) return 'has a possessive or atomic part';
  if ([...bare.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].some(([, least, most = '']) => Number(least) > MOST_REPEATS || Number(most) > MOST_REPEATS)) return `repeats a part more than ${MOST_REPEATS} times`;
  return isExpression(bare) ? undefined : NO_EXPRESSION;
}

/** As `re2Problem` for PCRE, which knows more. */
export function pcreProblem(regex: string): string | undefined {
  const bare = bareOf(regex).replace(/([*+?}])\+/g, '$1').replace(/\(\?>/g, '(?:');
  return isExpression(bare) ? undefined : NO_EXPRESSION;
}

/** RE2 takes no larger count in braces. */
const MOST_REPEATS = 1000;
const NO_EXPRESSION = 'is no regular expression';

/** An expression whose classes and escaped characters are plain ones. */
function bareOf(regex: string): string {
  return regex.replace(ESCAPED_OR_CLASS, 'x');
}

const ESCAPED_OR_CLASS = new RegExp(String.raw`\\[^1-9]|${CLASS}`, 'g');

function isExpression(bare: string): boolean {
  try {
    new RegExp(bare.replace(/\(\?P</g, '(?<').replace(/\(\?[imsUx-]+[:)]/g, (flags) => (flags.endsWith(':') ? '(?:' : '')));
    return true;
  } catch {
    return false;
  }
}
