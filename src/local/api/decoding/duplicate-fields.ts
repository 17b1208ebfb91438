/**
 * Finds keys that an object of a JSON text has twice, which a parsed object no longer shows.
 * @param text valid JSON
 * @returns paths such as `data.a`, in the order of the text
 */
export function duplicateFields(text: string): string[] {
  const found: string[] = [];
  const open: { path: string; keys: Set<string> | undefined; index: number; key: string }[] = [];
  const pattern = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;
  let name: string | undefined;
  for (const [token] of text.matchAll(pattern)) {
    const top = open.at(-1);
    switch (token) {
      case '{':
      case '[':
        open.push({ path: top === undefined ? '' : childPath(top), keys: token === '{' ? new Set() : undefined, index: 0, key: '' });
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        if (top) top.index++;
        break;
      case ':':
        if (top?.keys && name !== undefined) {
          top.key = JSON.parse(name);
          if (top.keys.has(top.key)) found.push(childPath(top));
          top.keys.add(top.key);
        }
        break;
      default:
        name = token;
    }
  }
  return found;
}

function childPath({ path, keys, index, key }: { path: string; keys: Set<string> | undefined; index: number; key: string }): string {
  if (keys === undefined) return `${path}[${index}]`;
  return path === '' ? key : `${path}.${key}`;
}
