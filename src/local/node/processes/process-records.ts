import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../ports/clock.js';
import { isRecord } from '../../../kubernetes/json.js';
import { endProcessGroup } from '../../processes/process-ending.js';
import { identifyProcess, type ProcessIdentity } from '../../processes/process-identity.js';

/** Milliseconds that an orphan gets to end by itself. */
const ORPHAN_PATIENCE = 1_000;

/** Remembers in a folder which processes run, so that a node that was killed leaves none behind: the next one ends them. */
export class ProcessRecords {
  readonly #folder: string;

  constructor(stateDirectory: string) {
    this.#folder = join(stateDirectory, 'processes');
    mkdirSync(this.#folder, { recursive: true });
  }

  /** Written before this returns: nothing may come between a start and its record. */
  add(pid: number, owner: string): void {
    const identity = identifyProcess(pid);
    if (identity !== undefined) writeFileSync(this.#file(pid), JSON.stringify({ ...identity, owner }));
  }

  remove(pid: number): void {
    rmSync(this.#file(pid), { force: true });
  }

  /** Ends every recorded process group that still is what it was. @returns how many were found running */
  async endAll(clock: Clock): Promise<number> {
    const ended = await Promise.all(
      readdirSync(this.#folder).map(async (name) => {
        const file = join(this.#folder, name);
        const identity = readIdentity(file);
        const found = identity !== undefined && (await endProcessGroup(identity, ORPHAN_PATIENCE, clock));
        rmSync(file, { force: true });
        return found;
      }),
    );
    return ended.filter(Boolean).length;
  }

  #file(pid: number): string {
    return join(this.#folder, `${pid}.json`);
  }
}

/** A record cut off by a crash names no process. */
function readIdentity(file: string): ProcessIdentity | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isRecord(record) && typeof record['pid'] === 'number' && typeof record['started'] === 'string') {
      return { pid: record['pid'], started: record['started'] };
    }
  } catch {
    return undefined;
  }
  return undefined;
}
