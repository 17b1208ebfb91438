import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { isErrno, locked } from './lock-file.js';

/**
 * What the clusters of this user hold of something that is there once, whether they are up or down. A file of lines
 * `<number> <file>`: the number is that file's until the file is removed.
 */
export class Registry {
  readonly #file: string;

  /** @param file whose folder is there */
  constructor(file: string) {
    this.#file = file;
  }

  /** @throws Error when somebody else made its folder, who could lead our writes elsewhere */
  static ofUser(name: 'ports' | 'clusters'): Registry {
    const { uid } = userInfo();
    const folder = join(tmpdir(), `serin-${uid}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid: owner } = lstatSync(folder);
    if (uid !== -1 && owner !== uid) throw new Error(`${folder} belongs to another user: have it removed, or set TMPDIR to a folder of your own`);
    return new Registry(join(folder, name));
  }

  get file(): string {
    return this.#file;
  }

  /** The numbers that this file holds, if it is there, in the order in which it got them. */
  heldBy(file: string): number[] {
    return this.#live().flatMap(([number, holder]) => (holder === file ? [number] : []));
  }

  /** The numbers of all files that are still there. */
  held(): Set<number> {
    return new Set(this.#live().map(([number]) => number));
  }

  /**
   * Gives a file the first of these numbers that none holds.
   * @param file which is there: a line without its file was left behind by a removed cluster
   * @returns undefined where all are held
   */
  claim(file: string, wanted: readonly number[]): number | undefined {
    return locked(`${this.#file}.lock`, () => {
      const live = this.#live();
      const held = new Set(live.map(([number]) => number));
      const number = wanted.find((each) => !held.has(each));
      if (number !== undefined) writeFileSync(this.#file, [...live, [number, file]].map((line) => `${line.join(' ')}\n`).join(''));
      return number;
    });
  }

  #live(): [number, string][] {
    return readNumbers(this.#file).filter(([, holder]) => existsSync(holder));
  }
}

const readNumbers = (file: string): [number, string][] => readLines(file).map(([number, holder]) => [Number(number), holder]);

/** Each line of a file up to its first space, and after it; none where the file is missing. */
export function readLines(file: string): [string, string][] {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  return text.split('\n').filter(Boolean).map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
}
