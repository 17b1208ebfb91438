import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseManifests, type ParsedText } from '../../manifests/parse.js';
import type { Manifest } from '../../manifests/manifest.js';
import type { ManifestProblem } from '../../manifests/problem.js';
import { CliError } from '../errors.js';
import type { Shell } from '../shell.js';

const EXTENSIONS = ['.yaml', '.yml', '.json'];

/** Everything that `-f` named, in the order in which it was named. */
export interface ReadManifests {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly ManifestProblem[];
  readonly files: readonly string[];
}

/**
 * Reads files, folders (their .yaml, .yml and .json files, not those of folders in them, and no JSON that is no object of a cluster) and `-` for the standard input.
 * @throws CliError for a place that cannot be read or holds nothing
 */
export async function readManifests(shell: Shell, places: readonly string[]): Promise<ReadManifests> {
  const texts = (await Promise.all(places.map((place) => textsOf(shell, place)))).flat();
  const parsed: ParsedText[] = texts.map(({ file, text }) => parseManifests(text, file));
  const manifests = parsed.flatMap((each) => each.manifests);
  const problems = parsed.flatMap((each) => each.problems);
  const files = texts.map(({ file }) => file);
  if (manifests.length === 0 && problems.length === 0) throw new CliError(`${files.join(', ')}: there is no object in it. Write at least apiVersion, kind and metadata.`);
  return { manifests, problems, files };
}

interface NamedText {
  readonly file: string;
  readonly text: string;
}

async function textsOf(shell: Shell, place: string): Promise<NamedText[]> {
  if (place === '-') return [{ file: '<stdin>', text: await readStdin(shell) }];
  const path = resolve(shell.cwd, place);
  try {
    if (!(await stat(path)).isDirectory()) return [{ file: place, text: await readFile(path, 'utf8') }];
    const names = (await readdir(path)).filter((name) => EXTENSIONS.some((extension) => name.endsWith(extension))).sort();
    if (names.length === 0) throw new CliError(`${place}: there is no .yaml, .yml or .json file in this folder.`);
    const texts = await Promise.all(names.map(async (name) => ({ file: join(place, name), text: await readFile(join(path, name), 'utf8') })));
    // Folders of manifests hold other JSON too: image tables, package files.
    return texts.filter(({ file, text }) => !file.endsWith('.json') || /"apiVersion"\s*:/.test(text));
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(`${place}: ${reasonOf(error)}.`, undefined, { cause: error });
  }
}

async function readStdin({ stdin }: Shell): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES') return 'it may not be read';
  return error instanceof Error ? error.message : String(error);
}
