import { runLoad } from '../../src/local/load/load.js';
import type { LoadReport } from '../../src/local/load/tally.js';
import { systemClock } from '../../src/ports/clock.js';
import { seededRandom } from '../../src/ports/random.js';
import type { Door } from './doors.js';

/** What users met of a version while it was out. */
export interface Exposure {
  /** Requests that it failed. */
  readonly bad: number;
  /** Requests that failed, whoever was to blame. */
  readonly failed: number;
  /** Different users that met it. */
  readonly users: number;
  /** Seconds in which it answered, whole ones: from the first such second to the last. */
  readonly seconds: number;
  /** Its part of all answers in them, 0 to 1. */
  readonly share: number;
  /** Answers of all versions a second, in them. */
  readonly rate: number;
}

/** Sends requests of many users, open loop, until told to stop, and watches one version. @param rate requests per second */
export function startExposed({ url, headers }: Door, rate: number, version: string, seed = 1): { stop(): Promise<Exposure> } {
  const ending = new AbortController();
  const seconds: { readonly all: number; readonly met: number }[] = [];
  const onSecond = (_: number, { answered, observed }: LoadReport): void => void seconds.push({ all: answered, met: observed[version]?.answered ?? 0 });
  const report = runLoad(
    { url, headers, rate, arrivals: 'poisson', clock: systemClock, random: seededRandom(seed), timeout: 60_000, users: { count: 10_000, carrier: { cookie: 'user' } }, observe: { header: 'x-version' }, onSecond },
    ending.signal,
  );
  report.catch(() => undefined);
  return {
    async stop() {
      ending.abort(new Error('enough'));
      const { failed, observed } = await report;
      const [first, last] = [seconds.findIndex(({ met }) => met > 0), seconds.findLastIndex(({ met }) => met > 0)];
      const out = first < 0 ? [] : seconds.slice(first, last + 1);
      const sum = (field: 'all' | 'met'): number => out.reduce((total, { [field]: each }) => total + each, 0);
      const { failed: bad = 0, users = 0 } = observed[version] ?? {};
      return { bad, failed, users, seconds: out.length, share: out.length === 0 ? 0 : sum('met') / sum('all'), rate: out.length === 0 ? 0 : sum('all') / out.length };
    },
  };
}
