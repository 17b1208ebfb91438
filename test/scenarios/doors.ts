import { Pool, request } from 'undici';
import { shareBounds, shareProblem } from '../../src/local/load/testing/share-bounds.js';
import { runLoad } from '../../src/local/load/load.js';
import type { LoadReport } from '../../src/local/load/tally.js';
import { systemClock } from '../../src/ports/clock.js';
import { seededRandom } from '../../src/ports/random.js';
import { PATIENCE } from './traffic.js';

export { shareBounds, shareProblem };

/** Where requests of users come in: an address of the gateway and what each request carries, such as the host. */
export interface Door {
  /** `http://127.0.0.1:<port>`, and a path if there is one. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The door of a host name at the gateway of the cluster. */
export const doorOf = (ingress: string, host: string, headers: Readonly<Record<string, string>> = {}, path = '/'): Door => ({ url: `${ingress}${path}`, headers: { host, ...headers } });

/** How many of a number of requests each version answered; `failed` are those without an answer or with a status of 500 and above. */
export interface Answers {
  readonly versions: Readonly<Record<string, number>>;
  readonly failed: number;
}

/** Sends so many requests, eight at a time, each without a memory of the ones before. */
export async function ask({ url, headers }: Door, count: number): Promise<Answers> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: 8 });
  const versions: Record<string, number> = {};
  let [failed, left] = [0, count];
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const answer = await pool.request({ path: pathname, method: 'GET', headers }).catch(() => undefined);
      await answer?.body.dump();
      const version = answer?.headers['x-version'];
      if (!answer || answer.statusCode >= 500) failed++;
      else versions[String(version)] = (versions[String(version)] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  await pool.close();
  return { versions, failed };
}

/**
 * Waits until a door shows a share: on a busy machine it may have a route later than its product was given to settle.
 * @param share of `version`, 0 to 1 @throws Error where an answer fails or is of neither version, and where the share is another one for long
 */
export async function untilShare(door: Door, count: number, [version, other]: readonly [string, string], share: number, seconds = 30): Promise<void> {
  const end = systemClock.monotonic() + seconds * 1000;
  for (;;) {
    const { versions: { [version]: met = 0, [other]: rest = 0 }, failed } = await ask(door, count);
    if (failed > 0 || met + rest < count) throw new Error(`of ${count} requests ${failed} failed, and ${met + rest} were answered by ${version} and ${other}`);
    const problem = shareProblem(met, count, share);
    if (problem === undefined) return;
    if (systemClock.monotonic() > end) throw new Error(`${door.headers['host'] ?? door.url}: ${problem}`);
    await systemClock.sleep(100);
  }
}

/** Asks until a version answers. @returns the cookies that came with the answer, as a browser sends them back */
export async function meet({ url, headers }: Door, version: string): Promise<string> {
  for (let tries = 0; tries < 500; tries++) {
    const answer = await fetchOnce(url, headers);
    if (answer.version === version) return answer.cookies;
  }
  throw new Error(`${version} has not answered in 500 requests`);
}

async function fetchOnce(url: string, headers: Readonly<Record<string, string>>): Promise<{ readonly version: string; readonly cookies: string }> {
  const { body, headers: answered } = await request(url, { headers });
  await body.dump();
  const cookies = [answered['set-cookie'] ?? []].flat().map((cookie) => cookie.split(';')[0] ?? '');
  return { version: String(answered['x-version']), cookies: cookies.join('; ') };
}

/** Requests through one door that go on until told to stop. */
export interface DoorTraffic {
  /** How many have failed in the seconds that are over. */
  readonly failedSoFar: number;
  /** How many were answered in them. */
  readonly answeredSoFar: number;
  /** The versions that answered in them. */
  readonly metSoFar: ReadonlySet<string>;
  stop(): Promise<LoadReport>;
}

/** Sends requests open loop, at random times. @param rate requests per second */
export function startDoorTraffic({ url, headers }: Door, rate: number, seed = 1): DoorTraffic {
  const ending = new AbortController();
  let [failedSoFar, answeredSoFar] = [0, 0];
  const metSoFar = new Set<string>();
  const onSecond = (_: number, { failed, answered, observed }: LoadReport): void => {
    failedSoFar += failed;
    answeredSoFar += answered;
    for (const version of Object.keys(observed)) metSoFar.add(version);
  };
  const report = runLoad({ url, headers, rate, arrivals: 'poisson', clock: systemClock, random: seededRandom(seed), connections: 32, timeout: PATIENCE, observe: { header: 'x-version' }, onSecond }, ending.signal);
  report.catch(() => undefined);
  return {
    get failedSoFar() {
      return failedSoFar;
    },
    get answeredSoFar() {
      return answeredSoFar;
    },
    metSoFar,
    stop() {
      ending.abort(new Error('enough'));
      return report;
    },
  };
}
