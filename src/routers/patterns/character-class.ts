/** A class in brackets, such as `[^a-z[:digit:]]`, as a part of a larger expression. */
export const CLASS = String.raw`\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]`;

/** Whether a class in brackets that is not negated takes a semicolon, at which the value of a cookie ends. */
export function takesSemicolon(brackets: string): boolean {
  if (/\[:(?:ascii|graph|print|punct):\]/.test(brackets)) return true;
  const plain = brackets.replace(/\[:\w+:\]/g, '').replace(/^\[\]/, String.raw`[\]`);
  try {
    return new RegExp(`^${plain}$`).test(';');
  } catch {
    return false;
  }
}
