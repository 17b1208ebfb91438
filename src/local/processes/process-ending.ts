import type { Clock } from '../../ports/clock.js';
import { isGroupRunning, type ProcessIdentity } from './process-identity.js';

const POLL_MILLISECONDS = 20;
const KILL_PATIENCE_MILLISECONDS = 5_000;

/** Sends a signal to a whole process group. @returns false when the group is gone */
export function signalGroup(leader: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Ends the process group of a process that need not be our child: SIGTERM, and SIGKILL when the time is up.
 * @param patience milliseconds between the two; 0 kills at once
 * @returns false when it was already gone
 */
export async function endProcessGroup(leader: ProcessIdentity, patience: number, clock: Clock): Promise<boolean> {
  if (!isGroupRunning(leader)) return false;
  if (patience > 0) {
    signalGroup(leader.pid, 'SIGTERM');
    if (await untilGone(leader, patience, clock)) return true;
  }
  signalGroup(leader.pid, 'SIGKILL');
  await untilGone(leader, KILL_PATIENCE_MILLISECONDS, clock);
  return true;
}

async function untilGone(leader: ProcessIdentity, patience: number, clock: Clock): Promise<boolean> {
  const deadline = clock.monotonic() + patience;
  while (isGroupRunning(leader)) {
    if (clock.monotonic() >= deadline) return false;
    await clock.sleep(POLL_MILLISECONDS);
  }
  return true;
}
