import { copyFile, mkdir, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../ports/clock.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';

/** Sizes in bytes, times in milliseconds. */
export interface LogLimits {
  readonly maximumSize: number;
  readonly checkEvery: number;
}

export const LOG_LIMITS: LogLimits = { maximumSize: 10 * 1024 * 1024, checkEvery: 10_000 };

const TAIL_BYTES = 2048;

/** Where containers write: `<folder>/<namespace>_<pod>_<uid>/<container>/<restartCount>.log`, the file before a rotation beside it with `.1`. */
export class ContainerLogs {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  podFolder({ metadata }: Pod): string {
    return join(this.#folder, `${metadata.namespace ?? ''}_${metadata.name}_${metadata.uid ?? ''}`);
  }

  file(pod: Pod, container: string, restartCount: number): string {
    return join(this.podFolder(pod), container, `${restartCount}.log`);
  }

  /** Removes the logs of all but this start and the one before. */
  async forgetOld(pod: Pod, container: string, restartCount: number): Promise<void> {
    const folder = join(this.podFolder(pod), container);
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) {
      if (Number.parseInt(name, 10) < restartCount - 1) await rm(join(folder, name), { force: true });
    }
  }

  forgetPod(pod: Pod): Promise<void> {
    return rm(this.podFolder(pod), { recursive: true, force: true });
  }

  /** The end of a log, for a termination message. */
  async tail(file: string): Promise<string> {
    const handle = await open(file, 'r').catch(() => undefined);
    if (handle === undefined) return '';
    try {
      const { size } = await handle.stat();
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, Math.max(0, size - TAIL_BYTES));
      return buffer.subarray(0, bytesRead).toString();
    } finally {
      await handle.close();
    }
  }
}

/**
 * Keeps a log that a process appends to under its limit until the signal ends it. The process holds the file open, so
 * it is copied and cut; a line written in between may be lost.
 */
export async function rotateLog(file: string, limits: LogLimits, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(limits.checkEvery, signal).catch(() => undefined);
    const size = await stat(file).then((found) => found.size, () => 0);
    if (signal.aborted || size <= limits.maximumSize) continue;
    await copyFile(file, `${file}.1`).then(() => truncate(file)).catch(() => undefined);
  }
}
