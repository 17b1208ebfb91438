import { Pool, type Dispatcher } from 'undici';
import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import { arrivalTimes, type ArrivalPattern } from './arrivals.js';
import { Tally, type LoadReport, type Outcome } from './tally.js';

/** Where the attribute of an answer that is counted is found, such as the version that served. */
export type Observation = { readonly header: string } | { readonly body: RegExp };

/** A population of users that stays the same: request k comes from a drawn user, who always has the same id. */
export interface Users {
  readonly count: number;
  /** The header or the cookie that carries the id, `user-<n>`. */
  readonly carrier: { readonly header: string } | { readonly cookie: string };
}

export interface LoadOptions {
  /** Absolute, `http://…`. */
  readonly url: string;
  /** Requests per second. */
  readonly rate: number;
  readonly arrivals: ArrivalPattern;
  readonly clock: Clock;
  /** Draws arrivals and users. */
  readonly random: Random;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly users?: Users;
  readonly observe?: Observation;
  /** Seconds; without end when absent. */
  readonly durationSeconds?: number;
  /** Milliseconds until a request counts as failed, default 10,000. */
  readonly timeout?: number;
  /** At most so many connections, default 512; requests beyond wait for one, and that counts as latency. */
  readonly connections?: number;
  /** Called after each second with what was sent and what ended in it. */
  readonly onSecond?: (second: number, report: LoadReport) => void;
}

/** What is sent to find the observed attribute in a body at most. */
const OBSERVED_BYTES = 65_536;

/**
 * Sends requests at their own times, whether or not earlier ones are answered, until `signal` is aborted or the duration is
 * over; then waits for the answers. Latency counts from when a request was due, so that a late sender hides nothing.
 */
export async function runLoad(options: LoadOptions, signal: AbortSignal): Promise<LoadReport> {
  const { clock, random, rate, durationSeconds = Infinity } = options;
  const target = new URL(options.url);
  const timeout = options.timeout ?? 10_000;
  const pool = new Pool(target.origin, { connections: options.connections ?? 512, pipelining: 1, headersTimeout: timeout, bodyTimeout: timeout, connect: { timeout } });
  const sender = new Sender(options, target, pool);
  const whole = new Tally();
  let second = new Tally();
  let seconds = 0;
  const underWay = new Set<Promise<void>>();

  const start = clock.monotonic();
  const closeSecondsUntil = (elapsed: number): void => {
    while (elapsed >= (seconds + 1) * 1000) {
      options.onSecond?.(seconds, second.report());
      second = new Tally();
      seconds++;
    }
  };
  const send = (due: number): void => {
    whole.send();
    second.send();
    const done = sender.send(start + due).then((outcome) => {
      closeSecondsUntil(clock.monotonic() - start);
      whole.end(outcome);
      second.end(outcome);
      underWay.delete(done);
    });
    underWay.add(done);
  };

  const times = arrivalTimes(rate, options.arrivals, random);
  for (let due = times.next().value; due < durationSeconds * 1000 && !signal.aborted; due = times.next().value) {
    const wait = start + due - clock.monotonic();
    // A timer wakes at whole milliseconds: whatever is due by then goes out together.
    if (wait > 0 && !(await sleepUntilSecond(clock, start, due, signal, closeSecondsUntil))) break;
    closeSecondsUntil(clock.monotonic() - start);
    send(due);
  }
  await Promise.all(underWay);
  closeSecondsUntil(clock.monotonic() - start);
  const rest = second.report();
  if (rest.sent + rest.answered + rest.failed > 0) options.onSecond?.(seconds, rest);
  await pool.destroy();
  return whole.report();
}

/** Waits until `due`, reporting each second that ends on the way. @returns false when it was aborted */
async function sleepUntilSecond(clock: Clock, start: number, due: number, signal: AbortSignal, onTime: (elapsed: number) => void): Promise<boolean> {
  for (;;) {
    const elapsed = clock.monotonic() - start;
    onTime(elapsed);
    if (elapsed >= due) return true;
    const nextSecond = Math.floor(elapsed / 1000) * 1000 + 1000;
    try {
      await clock.sleep(Math.min(due, nextSecond) - elapsed, signal);
    } catch {
      return false;
    }
  }
}

class Sender {
  readonly #options: LoadOptions;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #timeout: number;

  constructor(options: LoadOptions, target: URL, pool: Pool) {
    this.#options = options;
    this.#pool = pool;
    this.#path = `${target.pathname}${target.search}`;
    this.#timeout = options.timeout ?? 10_000;
  }

  /** @param due milliseconds of the monotonic clock */
  async send(due: number): Promise<Outcome> {
    const { clock, method = 'GET', body, observe } = this.#options;
    const over = new AbortController();
    const timer = new AbortController();
    clock.sleep(this.#timeout, timer.signal).then(() => over.abort(new Error('timeout')), () => undefined);
    try {
      const user = this.#user();
      const request: Dispatcher.RequestOptions = { path: this.#path, method, headers: this.#headers(user), body: body ?? null, signal: over.signal };
      const answer = await this.#pool.request(request);
      let text = '';
      for await (const chunk of answer.body) if (observe && 'body' in observe && text.length < OBSERVED_BYTES) text += String(chunk);
      const milliseconds = clock.monotonic() - due;
      return { kind: 'answer', status: answer.statusCode, observed: observedIn(observe, answer.headers, text), user, milliseconds };
    } catch (error) {
      return { kind: 'error', error: over.signal.aborted ? 'timeout' : errorName(error) };
    } finally {
      timer.abort();
    }
  }

  /** Draws who sends the next request. */
  #user(): string | undefined {
    const { users, random } = this.#options;
    return users && `user-${Math.floor(random() * users.count)}`;
  }

  #headers(id: string | undefined): Record<string, string> {
    const { headers, users } = this.#options;
    if (!users || id === undefined) return { ...headers };
    if ('header' in users.carrier) return { ...headers, [users.carrier.header]: id };
    const other = headers?.['cookie'];
    return { ...headers, cookie: `${other === undefined ? '' : `${other}; `}${users.carrier.cookie}=${id}` };
  }
}

function observedIn(observe: Observation | undefined, headers: Readonly<Record<string, string | string[] | undefined>>, body: string): string | undefined {
  if (observe === undefined) return undefined;
  if ('header' in observe) {
    const value = headers[observe.header.toLowerCase()];
    return Array.isArray(value) ? value[0] : value;
  }
  const found = observe.body.exec(body);
  return found ? (found[1] ?? found[0]) : undefined;
}

function errorName(error: unknown): string {
  if (error instanceof Error) return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  return String(error);
}
