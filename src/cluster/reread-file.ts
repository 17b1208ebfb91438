import { readFile } from 'node:fs/promises';
import type { Clock } from '../ports/clock.js';

/** The text of a file. @throws Error whose message is only the code, such as `ENOENT`: paths belong to the caller */
export async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason', { cause: error });
  }
}

/** A file that others replace from time to time, such as a token; read again when what is known is too old. */
export class RereadFile {
  readonly path: string;
  readonly #maxAge: number;
  readonly #clock: Clock;
  #text: string | undefined;
  #readAt = -Infinity;
  #reading: Promise<string> | undefined;

  /** @param maxAge milliseconds that a text is used for */
  constructor(path: string, maxAge: number, clock: Clock) {
    this.path = path;
    this.#maxAge = maxAge;
    this.#clock = clock;
  }

  /** The text; the last one known when the file cannot be read now. @throws as `readTextFile` when none was ever read */
  async text(): Promise<string> {
    const fresh = this.#text !== undefined && this.#clock.monotonic() - this.#readAt < this.#maxAge;
    return fresh && this.#text !== undefined ? this.#text : this.reread();
  }

  /** The text as it is now; callers at one time share one reading. */
  reread(): Promise<string> {
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #read(): Promise<string> {
    try {
      this.#text = await readTextFile(this.path);
      this.#readAt = this.#clock.monotonic();
      return this.#text;
    } catch (error) {
      if (this.#text === undefined) throw error;
      return this.#text;
    }
  }
}
