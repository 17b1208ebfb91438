import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Ends things in the opposite order of their beginning. */
export class Owner {
  readonly #endings: (() => Promise<unknown> | unknown)[] = [];

  /** @param ending called once, by `end` */
  defer(ending: () => Promise<unknown> | unknown): void {
    this.#endings.push(ending);
  }

  /** A folder that goes with everything else. */
  async directory(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'serin-bench-'));
    this.defer(() => rm(path, { recursive: true, force: true }));
    return path;
  }

  async end(): Promise<void> {
    for (let ending = this.#endings.pop(); ending; ending = this.#endings.pop()) {
      try {
        await ending();
      } catch (error) {
        process.stderr.write(`cleaning up: ${String(error)}\n`);
      }
    }
  }
}
