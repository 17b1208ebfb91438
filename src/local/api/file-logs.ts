import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../ports/clock.js';
import type { LogOptions, LogSource, LogTarget } from './log-source.js';

const CHUNK_BYTES = 64 * 1024;
const LOOK_AGAIN_MILLISECONDS = 200;

/** Reads logs from `<directory>/<namespace>_<pod>_<uid>/<container>/<restartCount>.log`. */
export function fileLogs(directory: string, clock: Clock): LogSource {
  return { read: (target, options) => readFrom(pathOf(directory, target, options), clock, options) };
}

function pathOf(directory: string, { namespace, pod, uid, container, restartCount }: LogTarget, { previous }: LogOptions): string {
  return join(directory, `${namespace}_${pod}_${uid}`, container, `${previous ? restartCount - 1 : restartCount}.log`);
}

async function* readFrom(path: string, clock: Clock, options: LogOptions): AsyncGenerator<string> {
  const file = await openWhenThere(path, clock, options);
  if (file === undefined) return;
  try {
    let position = options.tailLines === undefined ? 0 : await tailPosition(file, options.tailLines);
    const end = options.limitBytes === undefined ? Infinity : position + options.limitBytes;
    const decoder = new StringDecoder('utf8');
    const buffer = Buffer.alloc(CHUNK_BYTES);
    while (!options.signal?.aborted && position < end) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(CHUNK_BYTES, end - position), position);
      position += bytesRead;
      if (bytesRead > 0) yield decoder.write(buffer.subarray(0, bytesRead));
      else if (!options.follow || !(await pause(clock, options.signal))) return;
    }
  } finally {
    await file.close();
  }
}

/** A container that was only just started may not have written yet: a follower waits for it. */
async function openWhenThere(path: string, clock: Clock, { follow, signal }: LogOptions): Promise<FileHandle | undefined> {
  while (!signal?.aborted) {
    try {
      return await open(path, 'r');
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
      if (!follow || !(await pause(clock, signal))) return undefined;
    }
  }
  return undefined;
}

/** @returns false when the reader left */
async function pause(clock: Clock, signal: AbortSignal | undefined): Promise<boolean> {
  return clock.sleep(LOOK_AGAIN_MILLISECONDS, signal).then(
    () => true,
    () => false,
  );
}

/** Where the last so many lines begin. */
async function tailPosition(file: FileHandle, lines: number): Promise<number> {
  const { size } = await file.stat();
  if (lines <= 0) return size;
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let left = lines;
  for (let end = size; end > 0; ) {
    const begin = Math.max(0, end - CHUNK_BYTES);
    const { bytesRead } = await file.read(buffer, 0, end - begin, begin);
    for (let index = bytesRead - 1; index >= 0; index--) {
      // The newline at the very end closes the last line; it begins none.
      if (buffer[index] === 10 && begin + index !== size - 1 && --left === 0) return begin + index + 1;
    }
    end = begin;
  }
  return 0;
}
