import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { Fields, KubeconfigError } from './fields.js';

/** Environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The kubeconfig files put together: of two entries with one name the first holds. */
export interface Kubeconfig {
  /** The files that were read, in order. */
  readonly files: readonly string[];
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, Fields>;
  readonly clusters: ReadonlyMap<string, Fields>;
  readonly users: ReadonlyMap<string, Fields>;
}

/**
 * Reads the file that was named, else those of `KUBECONFIG`, else `~/.kube/config`. Of several files, some may be missing.
 * @throws KubeconfigError
 */
export async function readKubeconfig(env: Environment, path?: string): Promise<Kubeconfig> {
  const paths = kubeconfigPaths(env, path);
  const documents: Fields[] = [];
  for (const each of paths) {
    const document = await readDocument(each, path !== undefined);
    if (document) documents.push(document);
  }
  if (documents.length === 0) {
    throw new KubeconfigError(`no kubeconfig: ${paths.join(', ')} does not exist; name one with --kubeconfig or KUBECONFIG`);
  }
  return {
    files: documents.map(({ file }) => file),
    currentContext: documents.map((document) => document.text('current-context')).find((name) => name !== undefined),
    contexts: merged(documents, 'contexts', 'context'),
    clusters: merged(documents, 'clusters', 'cluster'),
    users: merged(documents, 'users', 'user'),
  };
}

function kubeconfigPaths(env: Environment, path: string | undefined): string[] {
  if (path !== undefined) return [path];
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((each) => each !== '');
  if (listed.length > 0) return [...new Set(listed)];
  const home = env['HOME'] ?? env['USERPROFILE'];
  if (home === undefined || home === '') throw new KubeconfigError('no kubeconfig: neither KUBECONFIG nor HOME is set; name one with --kubeconfig');
  return [join(home, '.kube', 'config')];
}

async function readDocument(file: string, required: boolean): Promise<Fields | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT' && !required) return undefined;
    throw new KubeconfigError(`${file}: cannot be read (${code === '' ? 'unknown reason' : code}); check that it is there and that you may read it`);
  }
  const lines = new LineCounter();
  // The library's own messages quote the file, which holds secrets.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const [problem] = document.errors;
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new KubeconfigError(`${file}: line ${line}, column ${col}: not valid YAML (${problem.code})`);
  }
  return new Fields(file, '', document.toJS({ maxAliasCount: 100 }));
}

function merged(documents: readonly Fields[], list: string, entry: string): Map<string, Fields> {
  const found = new Map<string, Fields>();
  for (const document of documents) {
    for (const item of document.list(list)) {
      const name = item.required('name', 'give it one');
      if (!found.has(name)) found.set(name, item.object(entry));
    }
  }
  return found;
}
