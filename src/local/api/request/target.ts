/** What a path asks for. */
export interface ResourceTarget {
  readonly group: string;
  readonly version: string;
  readonly namespace?: string;
  readonly plural: string;
  readonly name?: string;
  readonly subresource?: string;
  /** Behind the subresource `proxy`: the path that is meant for the other side, as it was sent; empty where there is none. */
  readonly rest?: string;
  /** Whether the path is one of the old `/api/v1/watch/…` kind. */
  readonly deprecatedWatch?: boolean;
}

/**
 * Reads `/api/v1/…` and `/apis/<group>/<version>/…`.
 * @returns undefined for a path that names no resource
 */
export function parseTarget(path: string): ResourceTarget | undefined {
  const parts = path.split('/').filter((part) => part !== '').map(decodePart);
  const root = parts.shift();
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'api' ? '' : parts.shift();
  const version = parts.shift();
  if (group === undefined || version === undefined) return undefined;
  const deprecatedWatch = parts[0] === 'watch';
  if (deprecatedWatch) parts.shift();
  // `namespaces/<name>` and its own subresources are the Namespace itself; anything else after the name lies inside.
  const inside = parts[0] === 'namespaces' && parts.length > 2 && !isNamespaceSubresource(group, parts);
  const namespace = inside ? parts.splice(0, 2)[1] : undefined;
  const [plural, name, ...below] = parts;
  if (plural === undefined) return undefined;
  const proxied = group === '' && below[0] === 'proxy';
  return {
    group,
    version,
    plural,
    ...(deprecatedWatch ? { deprecatedWatch } : {}),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(below.length === 0 ? {} : { subresource: proxied ? 'proxy' : below.join('/') }),
    ...(proxied ? { rest: path.split('/').slice(namespace === undefined ? 6 : 8).reduce((whole, part) => `${whole}/${part}`, '') } : {}),
  };
}

function isNamespaceSubresource(group: string, parts: readonly string[]): boolean {
  return group === '' && parts.length === 3 && (parts[2] === 'status' || parts[2] === 'finalize');
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
