/** What may stand in a path without an escape, and so loses one. */
const UNRESERVED = /[A-Za-z0-9\-._~]/;
/** What gets one. */
const UNSAFE = /["<>^`{|}\u0080-\uffff]/g;

/**
 * A request's path as Envoy has it before any route is looked at, and as it is sent on (`normalize_path`): without `.` and
 * `..`, also escaped ones, needless escapes decoded, backslashes turned. @returns undefined where Envoy answers 400
 */
export function normalizedPath(path: string): string | undefined {
  if (path.includes('#')) return undefined;
  if (!/%|\/\.|\\|["<>^`{|}\u0080-\uffff]/.test(path)) return path;
  const decoded = path
    .replace(/%([0-9A-Fa-f]{2})/g, (escape, code: string) => {
      const character = String.fromCharCode(Number.parseInt(code, 16));
      return UNRESERVED.test(character) ? character : escape;
    })
    .replaceAll('\\', '/')
    .replace(UNSAFE, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
  return withoutDots(decoded);
}

/** As `normalizedPath`, and with one slash for several (`merge_slashes`), as gateways that are built on Envoy do. */
export const mergedPath = (path: string): string | undefined => normalizedPath(path)?.replace(/\/{2,}/g, '/');

function withoutDots(path: string): string {
  if (!/\/\.\.?(\/|$)/.test(path)) return path;
  const kept: string[] = [];
  const parts = path.split('/').slice(1);
  for (const [index, part] of parts.entries()) {
    if (part === '..') kept.pop();
    else if (part !== '.') kept.push(part);
    // What a dot at the end stands for is a folder.
    if ((part === '..' || part === '.') && index === parts.length - 1) kept.push('');
  }
  return `/${kept.join('/')}`;
}
