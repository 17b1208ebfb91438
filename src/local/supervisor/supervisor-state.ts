import { readFile } from 'node:fs/promises';
import { isRecord } from '../../kubernetes/json.js';
import type { ProcessIdentity } from '../processes/process-identity.js';

/** How one part fares, as its supervisor sees it. */
export interface PartState {
  readonly name: string;
  readonly status: 'starting' | 'running' | 'backing-off' | 'stopped';
  /** Of the running process, which leads a group of its own. */
  readonly process?: ProcessIdentity;
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  readonly restarts: number;
  /** How it ended last: `exit code 1`, `signal SIGKILL`. */
  readonly lastExit?: string;
}

/** What the supervisor of a cluster writes while it is up. */
export interface SupervisorState {
  readonly process: ProcessIdentity;
  /** `failed`: it could not start; `problem` says why, and it is gone. */
  readonly status: 'starting' | 'up' | 'stopping' | 'failed';
  readonly problem?: { readonly code: string; readonly message: string };
  readonly apiUrl?: string;
  readonly ingressPort?: number;
  readonly podRange?: string;
  readonly serviceRange?: string;
  readonly parts: readonly PartState[];
}

/** @returns undefined when there is none, or none that can be read */
export async function readState(file: string): Promise<SupervisorState | undefined> {
  try {
    const state: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isState(state) ? state : undefined;
  } catch {
    return undefined;
  }
}

function isState(value: unknown): value is SupervisorState {
  return isRecord(value) && isIdentity(value['process']) && typeof value['status'] === 'string' && Array.isArray(value['parts']);
}

function isIdentity(value: unknown): value is ProcessIdentity {
  return isRecord(value) && typeof value['pid'] === 'number' && typeof value['started'] === 'string';
}
