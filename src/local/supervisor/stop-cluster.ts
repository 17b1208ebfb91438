import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { systemClock, type Clock } from '../../ports/clock.js';
import { endProcessGroup } from '../processes/process-ending.js';
import { isRunning } from '../processes/process-identity.js';
import { removeAbandoned } from './abandoned.js';
import { clusterFiles } from './cluster-files.js';
import { readPlan } from './cluster-plan.js';
import { readState } from './supervisor-state.js';

/** Longer than all parts together are given. */
const PATIENCE_MILLISECONDS = 90_000;
const POLL_MILLISECONDS = 25;

/**
 * Stops the cluster in this folder, whatever state it is in, and leaves its data. No process of it is left running,
 * those of its Pods included.
 * @returns false when it was down already
 */
export async function stopCluster(directory: string, clock: Clock = systemClock): Promise<boolean> {
  const files = clusterFiles(directory);
  const state = await readState(files.supervisor);
  if (state === undefined && !existsSync(files.supervisor)) return false;
  if (state !== undefined && isRunning(state.process)) {
    try {
      process.kill(state.process.pid, 'SIGTERM');
    } catch {
      // It ended by itself just now.
    }
    const deadline = clock.monotonic() + PATIENCE_MILLISECONDS;
    while (isRunning(state.process) && clock.monotonic() < deadline) await clock.sleep(POLL_MILLISECONDS);
    await endProcessGroup(state.process, 0, clock);
  }
  // What it could not do itself: it was killed, now or earlier.
  if (existsSync(files.supervisor)) await removeAbandoned(files, await readPlan(files.plan), await readState(files.supervisor), clock);
  return true;
}

/**
 * Stops the cluster and deletes all its data.
 * @throws Error when the folder is none of a cluster
 */
export async function resetCluster(directory: string, clock: Clock = systemClock): Promise<void> {
  if (!existsSync(directory)) return;
  const files = clusterFiles(directory);
  if (!existsSync(files.plan)) throw new Error(`${directory} is not the folder of a local cluster (there is no ${files.plan}): nothing was deleted`);
  await stopCluster(directory, clock);
  await rm(directory, { recursive: true, force: true });
}
