import { systemClock } from '../../src/ports/clock.js';
import { processorSeconds, residentOf } from '../harness/machine.js';

const EVERY_MILLISECONDS = 200;

/** What a process used while it was looked at. */
export interface Use {
  readonly processorSeconds: number;
  /** KiB resident at most, as far as was seen. */
  readonly peak: number;
  /** KiB resident at the end. */
  readonly last: number;
}

/** Looks at processes until it is stopped. @returns what they used from here on, by their names */
export function watchUse(pids: Readonly<Record<string, number>>): { stop(): Promise<ReadonlyMap<string, Use>> } {
  const stopping = new AbortController();
  const names = Object.entries(pids);
  const before = new Map(names.map(([name, pid]) => [name, processorSeconds(pid)] as const));
  const peaks = new Map<string, number>();
  const look = (): void => {
    for (const [name, pid] of names) peaks.set(name, Math.max(peaks.get(name) ?? 0, residentOf(pid)));
  };
  const looking = (async () => {
    for (; !stopping.signal.aborted; await systemClock.sleep(EVERY_MILLISECONDS, stopping.signal).catch(() => undefined)) look();
  })();
  return {
    async stop() {
      stopping.abort();
      await looking;
      look();
      return new Map(names.map(([name, pid]) => [name, { processorSeconds: processorSeconds(pid) - (before.get(name) ?? 0), peak: peaks.get(name) ?? Number.NaN, last: residentOf(pid) }] as const));
    },
  };
}

/** KiB as `12.3 MiB`. */
export const mebibytes = (kibibytes: number): string => `${(kibibytes / 1024).toFixed(0)} MiB`;
