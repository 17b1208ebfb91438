import { Pool } from 'undici';
import { runLoad } from '../../src/local/load/load.js';
import { systemClock } from '../../src/ports/clock.js';
import { seededRandom } from '../../src/ports/random.js';
import { PATIENCE, shareTolerance, type Traffic } from './traffic.js';

/** What a request from outside carries. */
export interface WebRequest {
  readonly host: string;
  readonly path?: string;
  readonly cookie?: string;
}

export interface WebAnswer {
  readonly status: number;
  /** Who answered: header `x-version`. */
  readonly version: string;
  /** What the program says: its version and the path that reached it. */
  readonly body: { readonly version?: string; readonly path?: string; readonly page?: string };
  /** Cookies that it sets, as `name=value`. */
  readonly cookies: readonly string[];
}

const CONNECTIONS = 8;

/** Sends `count` requests through the gateway. @throws Error where one gets no answer at all */
export async function askMany(ingress: string, { host, path = '/', cookie }: WebRequest, count: number): Promise<WebAnswer[]> {
  const pool = new Pool(ingress, { connections: CONNECTIONS });
  const answers: WebAnswer[] = [];
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const { statusCode, headers, body } = await pool.request({ method: 'GET', path, headers: { host, ...(cookie === undefined ? {} : { cookie }) } });
      const text = await body.text();
      const set = [headers['set-cookie'] ?? []].flat().map((each) => each.split(';')[0] ?? '');
      const isJson = String(headers['content-type']).startsWith('application/json');
      answers.push({ status: statusCode, version: String(headers['x-version'] ?? ''), body: isJson ? (JSON.parse(text) as WebAnswer['body']) : {}, cookies: set });
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONNECTIONS, count) }, worker)).finally(() => pool.close());
  return answers;
}

/** One request through the gateway. */
export async function ask(ingress: string, request: WebRequest): Promise<WebAnswer> {
  const [answer] = await askMany(ingress, request, 1);
  if (!answer) throw new Error('there is no answer');
  return answer;
}

/** How many of the answers came from each version; those of a status other than 200 under `failed`. */
export function countAnswers(answers: readonly WebAnswer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, version } of answers) {
    const key = status === 200 ? version : 'failed';
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/**
 * How far the part of the answers that came from `version` is off the asked share, as a part of what chance explains: more
 * than 1 is seen with a chance of at most 1e-6. Infinite where an answer came from neither of the two, or failed.
 */
export function shareError(answers: readonly WebAnswer[], version: string, other: string, share: number): number {
  const { [version]: got = 0, [other]: rest = 0 } = countAnswers(answers);
  if (got + rest !== answers.length) return Number.POSITIVE_INFINITY;
  return Math.abs(got / answers.length - share) / shareTolerance(answers.length);
}

/** Users that go on sending requests until told to stop, open loop. */
export function startUsers(ingress: string, { host, path = '/' }: WebRequest, rate: number, seed = 1): Traffic {
  const ending = new AbortController();
  const report = runLoad(
    { url: `${ingress}${path}`, rate, arrivals: 'poisson', clock: systemClock, random: seededRandom(seed), timeout: PATIENCE, headers: { host }, users: { count: 200, carrier: { cookie: 'user' } }, observe: { header: 'x-version' } },
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
