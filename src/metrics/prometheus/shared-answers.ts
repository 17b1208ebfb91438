import { abortReason, type Clock } from '../../ports/clock.js';
import type { QueryAnswer } from './query-answer.js';

/** One question, whoever asks it. */
export interface SharedQuestion {
  /** The same for the same address, credentials and query. */
  readonly key: string;
  /** Who asks. */
  readonly asker: object;
  /** How old the answer to somebody else may be, in milliseconds: how often it is asked. */
  readonly within: number;
  readonly send: (signal: AbortSignal) => Promise<QueryAnswer>;
}

interface UnderWay {
  readonly answer: Promise<QueryAnswer>;
  readonly stopping: AbortController;
  waiting: number;
}

interface Known {
  /** Who asked last, and when; monotonic milliseconds. */
  asker: object;
  askedAt: number;
  within: number;
  underWay: UnderWay | undefined;
  /** Kept only while somebody else is believed to ask the same. */
  answer: QueryAnswer | undefined;
  sharedUntil: number;
}

/** How many times `within` it is remembered that two ask the same. */
const REMEMBERED = 3;
/** How often what nobody asks any more is looked for, in milliseconds. */
const SWEEP = 30_000;

/**
 * Answers of Prometheus that several releases ask for: a query about all Pods of a namespace serves all releases in it. Who comes
 * while it is asked waits for the same answer; who comes later gets it while it is younger than the interval. Failures are shared
 * by those who wait, and kept for nobody.
 */
export class SharedAnswers {
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  #sweptAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws whatever `send` throws; the signal's reason when it is aborted */
  async ask({ key, asker, within, send }: SharedQuestion, signal: AbortSignal): Promise<QueryAnswer> {
    signal.throwIfAborted();
    const now = this.#clock.monotonic();
    this.#sweep(now);
    const known = this.#known.get(key) ?? { asker, askedAt: Number.NEGATIVE_INFINITY, within, underWay: undefined, answer: undefined, sharedUntil: 0 };
    this.#known.set(key, known);
    known.within = Math.max(known.within, within);
    const isOther = known.asker !== asker;
    if (isOther) known.sharedUntil = now + REMEMBERED * within;
    // Nobody gets twice what he was told before.
    if (isOther && known.answer && now - known.askedAt < within) return known.answer;
    if (known.underWay && !known.underWay.stopping.signal.aborted) return wait(known.underWay, signal);
    known.asker = asker;
    known.askedAt = now;
    return wait(this.#begin(known, send), signal);
  }

  #begin(known: Known, send: SharedQuestion['send']): UnderWay {
    const stopping = new AbortController();
    known.answer = undefined;
    const answer = send(stopping.signal).then((found) => {
      if (known.underWay === underWay && known.sharedUntil > this.#clock.monotonic()) known.answer = found;
      return found;
    }).finally(() => {
      if (known.underWay === underWay) known.underWay = undefined;
    });
    const underWay: UnderWay = { answer, stopping, waiting: 0 };
    known.underWay = underWay;
    return underWay;
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < SWEEP) return;
    this.#sweptAt = now;
    for (const [key, { askedAt, within, underWay }] of this.#known) if (!underWay && now - askedAt > REMEMBERED * within) this.#known.delete(key);
  }
}

/** The answer, for one of those who wait for it; the last who leaves ends the question. */
async function wait(underWay: UnderWay, signal: AbortSignal): Promise<QueryAnswer> {
  underWay.waiting++;
  let leave: () => void = () => undefined;
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(abortReason(signal));
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([underWay.answer, left]);
  } finally {
    signal.removeEventListener('abort', leave);
    underWay.waiting--;
    if (underWay.waiting === 0) underWay.stopping.abort(new Error('nobody waits for the answer any more'));
  }
}
