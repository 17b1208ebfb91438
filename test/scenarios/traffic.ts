import { runLoad } from '../../src/local/load/load.js';
import type { LoadReport } from '../../src/local/load/tally.js';
import { systemClock } from '../../src/ports/clock.js';
import { seededRandom } from '../../src/ports/random.js';

/** Milliseconds that a request may take. A machine that is busy with other things is slow, and loses nothing by it. */
export const PATIENCE = 60_000;

/** Requests that go on until told to stop. */
export interface Traffic {
  /** Ends it and says what became of all requests. */
  stop(): Promise<LoadReport>;
}

/** Sends reviews requests through the ingress gateway, open loop. */
export function startTraffic(ingress: string, rate: number, seed = 1): Traffic {
  const ending = new AbortController();
  const report = runLoad(
    {
      url: `${ingress}/api/v1/products/0/reviews`, rate, arrivals: 'poisson', clock: systemClock, random: seededRandom(seed), timeout: PATIENCE,
      users: { count: 300, carrier: { cookie: 'user' } }, observe: { header: 'x-reviews-version' },
    },
    ending.signal,
  );
  report.catch(() => undefined);
  return {
    stop() {
      ending.abort(new Error('enough'));
      return report;
    },
  };
}

/** How many of `count` requests each version answered; `failed` are those with no answer or a status of 500 and above. */
export async function countVersions(ingress: string, count: number): Promise<{ versions: Record<string, number>; failed: number }> {
  const versions: Record<string, number> = {};
  let failed = 0;
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const answer = await fetch(`${ingress}/api/v1/products/0/reviews`).catch(() => undefined);
      await answer?.arrayBuffer();
      const version = answer?.headers.get('x-reviews-version') ?? 'none';
      if (!answer || answer.status >= 500) failed++;
      else versions[version] = (versions[version] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return { versions, failed };
}

/**
 * By how much a counted share may differ from the asked one when requests choose independently: exceeded with a chance of
 * at most 1e-6 (Hoeffding's inequality, two-sided).
 */
export function shareTolerance(count: number): number {
  return Math.sqrt(Math.log(2 / 1e-6) / (2 * count));
}
