import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** From then on a lock is looked at more closely, and at last it counts for nothing. */
const STALE_MILLISECONDS = 2_000;
const DEAD_MILLISECONDS = 60_000;

/** Runs `act` while no other process does. Waits without yielding, so `act` should take microseconds. */
export function locked<T>(lock: string, act: () => T): T {
  for (;;) {
    try {
      writeFileSync(lock, `${process.pid}`, { flag: 'wx' });
      break;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      removeStale(lock);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
  try {
    return act();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** A process that was killed while it held the lock never removes it; one that only gets no time on a busy machine does. */
function removeStale(lock: string): void {
  const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  if (made === undefined) return;
  const age = Date.now() - made;
  if (age > DEAD_MILLISECONDS || (age > STALE_MILLISECONDS && !isAlive(holderOf(lock)))) rmSync(lock, { force: true });
}

function holderOf(lock: string): number {
  try {
    return Number(readFileSync(lock, 'utf8'));
  } catch {
    return 0;
  }
}

/** @param pid 0 where nobody knows it */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}

/** @returns whether the system refused with this code, such as ENOENT */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
