/**
 * A request's path as nginx compares it with locations: decoded, without `.` and `..`, runs of slashes merged.
 * @returns undefined where nginx answers 400: a broken escape, a zero byte, or `..` above the root
 */
export function normalizePath(raw: string): string | undefined {
  let path = raw;
  if (path.includes('%')) {
    if (/%(?![0-9a-fA-F]{2})|%00/.test(path)) return undefined;
    // Byte by byte, as nginx has no notion of characters.
    path = path.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
  if (!/\/\/|\/\.\.?(\/|$)/.test(path)) return path;
  const parts: string[] = [];
  const all = path.split('/').slice(1);
  for (const [index, part] of all.entries()) {
    const last = index === all.length - 1;
    if (part === '..') {
      if (parts.length === 0) return undefined;
      parts.pop();
    } else if (part !== '.' && part !== '') parts.push(part);
    if (last && (part === '' || part === '.' || part === '..')) parts.push('');
  }
  return `/${parts.join('/')}`;
}

/** Escapes a changed path for the backend as nginx does, byte by byte. */
export function escapePath(path: string): string {
  return path.replace(/[\u0000-\u0020"#%<>?\\^`{|}\u007f-\u00ff]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}
