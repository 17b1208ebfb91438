import { Pool } from 'undici';
import { arrivalTimes } from '../../../src/local/load/arrivals.js';
import { systemClock } from '../../../src/ports/clock.js';
import { seededRandom } from '../../../src/ports/random.js';
import type { Door } from '../../../test/scenarios/doors.js';

/** What became of the requests that one version answered. */
export interface Met {
  /** Its answers. */
  readonly met: number;
  /** Those of status 500 and above. */
  readonly failed: number;
  /** From the first request that it answered to the last, as they were sent; 0 for one request and for none. */
  readonly seconds: number;
  /** Requests of all versions, without the last that are not answered yet. */
  readonly all: number;
  /** Requests that got no answer at all. */
  readonly lost: number;
}

/** Sends requests at random times, whether or not earlier ones are answered, until told to stop. @param rate a second */
export function startWatchedUsers({ url, headers }: Door, rate: number, version: string, seed: number): { stop(): Promise<Met> } {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: 128, pipelining: 1 });
  const ending = new AbortController();
  const underWay = new Set<Promise<void>>();
  let [met, failed, all, lost, first, last] = [0, 0, 0, 0, Infinity, -Infinity];

  const send = async (at: number): Promise<void> => {
    try {
      const answer = await pool.request({ path, method: 'GET', headers });
      await answer.body.dump();
      all++;
      if (answer.headers['x-version'] !== version) return;
      met++;
      if (answer.statusCode >= 500) failed++;
      [first, last] = [Math.min(first, at), Math.max(last, at)];
    } catch {
      lost++;
    }
  };
  const start = systemClock.monotonic();
  const sending = (async () => {
    for (const due of arrivalTimes(rate, 'poisson', seededRandom(seed))) {
      const wait = start + due - systemClock.monotonic();
      if (wait > 0) await systemClock.sleep(wait, ending.signal).catch(() => undefined);
      if (ending.signal.aborted) return;
      const sent: Promise<void> = send(systemClock.monotonic()).finally(() => underWay.delete(sent));
      underWay.add(sent);
    }
  })();
  return {
    async stop() {
      ending.abort(new Error('enough'));
      await sending;
      await Promise.all(underWay);
      await pool.close();
      return { met, failed, all, lost, seconds: met > 1 ? (last - first) / 1000 : 0 };
    },
  };
}
