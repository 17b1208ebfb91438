/** What a registry asks for in `WWW-Authenticate`. */
export type Challenge = { readonly scheme: 'basic' } | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string | undefined; readonly scope: string | undefined };

/** Reads a challenge (RFC 9110, 11.6.1; distribution.github.io, "Token Authentication"); undefined for one that is not known here. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  const [, scheme = '', rest = ''] = /^\s*(\w+)\s*(.*)$/s.exec(header ?? '') ?? [];
  if (scheme.toLowerCase() === 'basic') return { scheme: 'basic' };
  if (scheme.toLowerCase() !== 'bearer') return undefined;
  const values = new Map([...rest.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [name.toLowerCase(), value.replaceAll(/\\(.)/g, '$1')]));
  const realm = values.get('realm');
  return realm === undefined ? undefined : { scheme: 'bearer', realm, service: values.get('service'), scope: values.get('scope') };
}
