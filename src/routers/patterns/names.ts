const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Whether a text can name a header or a cookie (a token of HTTP). */
export function isToken(name: string): boolean {
  return TOKEN.test(name);
}

/** Whether a text can be the value of a cookie, or its beginning: a value ends at a space or semicolon. */
export function isCookieText(text: string): boolean {
  return !/[;\s]/.test(text);
}
