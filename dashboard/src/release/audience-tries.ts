import type { Audience, ReleaseDetail } from '../api/types.js';

type Match = Audience['matches'][number];
type ValueMatch = NonNullable<Match['cookies']>[number];

/** One way to meet a version on purpose: what a request carries, and a command that sends it. */
export interface Try {
  readonly kind: 'cookie' | 'header' | 'both' | 'path' | 'host' | 'service' | 'staysCanary' | 'staysStable';
  /** What the request carries, as the browser shows it. */
  readonly carries: string;
  /** A command for a shell; absent where only a browser or the inside of the cluster can do it. */
  readonly command?: string;
}

/** A word as a POSIX shell reads it. */
export const quoted = (word: string): string => (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** A value that matches: for a prefix the prefix, for a pattern the pattern itself in angle brackets, as nobody can know one. */
function example({ exact, prefix, regex }: ValueMatch): string {
  return exact ?? prefix ?? (regex === undefined ? '1' : `<${regex}>`);
}

function tryOf({ cookies = [], headers = [] }: Match, url: string): Try {
  const jar = cookies.map((cookie) => `${cookie.name}=${example(cookie)}`).join('; ');
  const lines = headers.map((header) => `${header.name}: ${example(header)}`);
  return {
    kind: headers.length === 0 ? 'cookie' : cookies.length === 0 ? 'header' : 'both',
    carries: [...lines, ...(jar === '' ? [] : [`Cookie: ${jar}`])].join('\n'),
    command: ['curl', ...lines.flatMap((line) => ['-H', quoted(line)]), ...(jar === '' ? [] : ['-b', quoted(jar)]), quoted(url)].join(' '),
  };
}

/** Where a command is sent: the API does not know under which address users come. */
const SOMEWHERE = 'https://YOUR-HOST/';

/** All ways to meet one version on purpose, at present. */
export function triesOf(audience: Audience, hashes: Readonly<Record<'stable' | 'canary', string>>): Try[] {
  const url = SOMEWHERE;
  const { sticky, preview } = audience;
  const stays = (role: 'stable' | 'canary'): Try[] =>
    sticky ? [{ kind: role === 'canary' ? 'staysCanary' : 'staysStable', carries: `Cookie: ${sticky.cookie}=${hashes[role]}`, command: `curl -b ${quoted(`${sticky.cookie}=${hashes[role]}`)} ${quoted(url)}` }] : [];
  return [
    ...audience.matches.map((match) => tryOf(match, url)),
    ...stays('canary'),
    ...stays('stable'),
    ...(preview?.path === undefined ? [] : [{ kind: 'path' as const, carries: preview.path, command: `curl ${quoted(joined(url, preview.path))}` }]),
    ...(preview?.host === undefined ? [] : [{ kind: 'host' as const, carries: preview.host, command: `curl -H ${quoted(`Host: ${preview.host}`)} ${quoted(url)}` }]),
    ...(preview?.service === undefined ? [] : [{ kind: 'service' as const, carries: preview.service }]),
  ];
}

const joined = (url: string, path: string): string => `${url.replace(/\/+$/, '')}${path}/`;

/** The command that explains which version a request gets, with the first cookie or header that decides it. */
export function explainCommand({ namespace, policy, audience }: Pick<ReleaseDetail, 'namespace' | 'policy' | 'audience'>): string {
  const [match] = audience?.matches ?? [];
  const [cookie] = match?.cookies ?? [];
  const [header] = match?.headers ?? [];
  const carried = cookie ? ` --cookie ${quoted(`${cookie.name}=${example(cookie)}`)}` : header ? ` --header ${quoted(`${header.name}: ${example(header)}`)}` : '';
  return `serin explain ${quoted(policy)} -n ${quoted(namespace)}${carried}`;
}
