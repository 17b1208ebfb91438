import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { cleanEnvironment } from './clean-environment.js';

/** A log that has grown beyond this is put aside, as `.1`, when its program starts again. */
const LARGE_LOG_BYTES = 10 * 1024 * 1024;

/** Runs this Node with these arguments in a process group of its own; what it prints is appended to the log. */
export function spawnProgram(args: readonly string[], logFile: string): ChildProcess {
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LARGE_LOG_BYTES) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, 'a', 0o600);
  try {
    return spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log], env: cleanEnvironment(process.env) });
  } finally {
    closeSync(log);
  }
}

/** @returns how it ended: `exit code 1`, `signal SIGKILL`, or why it could not be started */
export function untilExit(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`));
  });
}
