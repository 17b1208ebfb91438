import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Clock } from '../../ports/clock.js';
import { identifyProcess, isRunning, type ProcessIdentity } from '../processes/process-identity.js';
import { isRecord } from '../../kubernetes/json.js';

/** How often it is looked whether somebody else is done, in milliseconds. */
const LOOK_EVERY = 20;

/**
 * Does `work` while nobody else, in this process or another, does any under the same lock file. The file of a process that
 * died is nobody's. @throws Error when somebody else still works after `patience` milliseconds
 */
export async function exclusively<T>(lock: string, clock: Clock, work: () => Promise<T>, patience = 30_000): Promise<T> {
  const own = `${lock}.${process.pid}.${crypto.randomUUID()}`;
  await writeFile(own, JSON.stringify(identifyProcess(process.pid)), { mode: 0o600 });
  try {
    // A link comes about with its content or not at all.
    for (const end = clock.monotonic() + patience; !(await linked(own, lock)); await clock.sleep(LOOK_EVERY)) {
      const holder = await readHolder(lock);
      if (holder && !isRunning(holder)) await putAside(lock, `${own}.dead`);
      else if (clock.monotonic() > end) throw new Error(`${lock} is held by process ${holder?.pid ?? 'unknown'}: try again when that is done`);
    }
    try {
      return await work();
    } finally {
      await rm(lock, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}

/** @returns false when there is one already */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes away what a dead process left; what somebody alive put there meanwhile is put back. */
async function putAside(lock: string, aside: string): Promise<void> {
  try {
    await rename(lock, aside);
  } catch {
    return;
  }
  const holder = await readHolder(aside);
  if (holder && isRunning(holder)) await linked(aside, lock);
  await rm(aside, { force: true });
}

/** @returns undefined when there is none, or it cannot be read */
async function readHolder(file: string): Promise<ProcessIdentity | undefined> {
  try {
    const holder: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isRecord(holder) && typeof holder['pid'] === 'number' && typeof holder['started'] === 'string' ? { pid: holder['pid'], started: holder['started'] } : undefined;
  } catch {
    return undefined;
  }
}
