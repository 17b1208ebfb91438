import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isRecord } from '../../../kubernetes/json.js';
import { imageNames } from './image-name.js';

/** What a container image stands for on this machine. */
export interface LocalImage {
  /** As an image's ENTRYPOINT; replaced by `container.command`. */
  readonly command: readonly string[];
  /** As an image's CMD; replaced by `container.args`, dropped by `container.command`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Absolute; the folder of the table where it names none. */
  readonly workingDirectory: string;
  /** Changes when the entry does. */
  readonly digest: string;
}

/** An image that is in no table. The message names the remedy. */
export class UnknownImageError extends Error {
  override readonly name = 'UnknownImageError';
}

interface TableEntry {
  readonly pattern: string;
  readonly image: LocalImage;
}

interface LoadedFile {
  readonly stamp: string;
  readonly entries: readonly TableEntry[];
}

const FIELDS = new Set(['command', 'args', 'env', 'workingDirectory']);

/** Says which program an image stands for: JSON files that map an image, or a pattern with `*`, to a command. */
export class ImageTable {
  readonly #files: readonly string[];
  readonly #loaded = new Map<string, LoadedFile>();

  /** @param files later ones win where both name the same image */
  constructor(files: readonly string[]) {
    this.#files = files.map((file) => resolve(file));
  }

  /**
   * The entry for an image as a Pod names it: an exact one, else the longest pattern that fits. Files are read again
   * when they have changed, so that a missing entry can be added while a Pod waits for it.
   * @throws UnknownImageError when there is none
   * @throws Error naming file and place when a file cannot be read
   */
  async find(image: string): Promise<LocalImage> {
    const entries = (await Promise.all(this.#files.map((file) => this.#load(file)))).flat().reverse();
    const names = imageNames(image);
    const exact = entries.find(({ pattern }) => names.includes(pattern));
    if (exact !== undefined) return exact.image;
    const fitting = entries.filter(({ pattern }) => pattern.includes('*') && names.some((name) => matches(pattern, name)));
    const [longest] = fitting.sort((a, b) => b.pattern.length - a.pattern.length);
    if (longest !== undefined) return longest.image;
    const where = this.#files.length === 0 ? 'no image table was given' : `it is not in the image table ${this.#files.join(', ')}`;
    const remedy = this.#files.length === 0 ? 'start the node with --images FILE' : `add "${image}": {"command": ["…"]} there`;
    throw new UnknownImageError(`image "${image}" stands for no local program: ${where}; ${remedy}`);
  }

  async #load(file: string): Promise<readonly TableEntry[]> {
    const { mtimeMs, size } = await stat(file).catch((error: unknown) => {
      throw new Error(`image table ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    });
    const stamp = `${mtimeMs} ${size}`;
    const known = this.#loaded.get(file);
    if (known?.stamp === stamp) return known.entries;
    const entries = parseImageTable(await readFile(file, 'utf8'), file);
    this.#loaded.set(file, { stamp, entries });
    return entries;
  }
}

function matches(pattern: string, name: string): boolean {
  const expression = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  return new RegExp(`^${expression}$`).test(name);
}

/** @throws Error naming the file and the entry */
export function parseImageTable(text: string, file: string): TableEntry[] {
  let table: unknown;
  try {
    table = JSON.parse(text);
  } catch (error) {
    throw new Error(`image table ${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isRecord(table)) throw new Error(`image table ${file}: must be an object of images`);
  return Object.entries(table).map(([pattern, entry]) => ({ pattern, image: parseEntry(entry, `image table ${file}: "${pattern}"`, dirname(file)) }));
}

function parseEntry(entry: unknown, place: string, folder: string): LocalImage {
  if (!isRecord(entry)) throw new Error(`${place}: must be an object such as {"command": ["node", "server.js"]}`);
  const unknown = Object.keys(entry).find((field) => !FIELDS.has(field));
  if (unknown !== undefined) throw new Error(`${place}: unknown field "${unknown}"; there are ${[...FIELDS].join(', ')}`);
  const command = texts(entry['command'], `${place}.command`);
  if (command.length === 0) throw new Error(`${place}.command: must name a program`);
  const directory = entry['workingDirectory'] ?? '.';
  if (typeof directory !== 'string') throw new Error(`${place}.workingDirectory: must be a string`);
  return {
    command,
    args: texts(entry['args'] ?? [], `${place}.args`),
    env: environment(entry['env'] ?? {}, `${place}.env`),
    workingDirectory: resolve(folder, directory),
    digest: `sha256:${createHash('sha256').update(JSON.stringify(entry)).digest('hex')}`,
  };
}

function texts(value: unknown, place: string): string[] {
  if (!Array.isArray(value) || !value.every((each): each is string => typeof each === 'string')) throw new Error(`${place}: must be a list of strings`);
  return value;
}

function environment(value: unknown, place: string): Record<string, string> {
  if (!isRecord(value)) throw new Error(`${place}: must map names to strings`);
  const entries = Object.entries(value).map(([name, text]): [string, string] => {
    if (typeof text !== 'string') throw new Error(`${place}.${name}: must be a string`);
    return [name, text];
  });
  return Object.fromEntries(entries);
}
