/**
 * What in a regular expression RE2 does not know, or reads otherwise than it is meant; undefined where nothing is found.
 * Istio hands regular expressions to RE2, which has no look-around and no references to groups.
 */
export function re2Problem(regex: string): string | undefined {
  const bare = regex.replace(/\\[^1-9]|\[\^?\]?(?:\\.|[^\]\\])*\]/g, 'x');
  if (/\(\?<?[=!]/.test(bare)) return 'looks ahead or behind';
  if (/\\[1-9]|\(\?P=/.test(bare)) return 'refers back to a group';
  if (/\(\?>|[*+?}]\+/.test(bare)) return 'has a possessive or atomic part';
  try {
    new RegExp(bare.replace(/\(\?P</g, '(?<').replace(/\(\?[imsU-]+[:)]/g, (flags) => (flags.endsWith(':') ? '(?:' : '')));
    return undefined;
  } catch {
    return 'is no regular expression';
  }
}
