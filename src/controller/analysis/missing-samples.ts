import { NoReading } from '../../metrics/reading.js';

/** A metric without samples is nothing to speak of for so long, in milliseconds: Pods start, users come. */
const WAITING_PATIENCE = 30_000;
/** One answer that got lost is nothing either; so many in a row are. */
const FAILURES = 2;
/** While something is wrong its text changes at most this often, in milliseconds: each change is a write. */
const TEXT_STAYS = 15_000;

/** Decides when missing samples of one metric are worth a word, and in which words. Times are monotonic milliseconds. */
export class MissingSamples {
  /** What is said at the moment. */
  text: string | undefined;
  #since: number;
  #failures = 0;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(now: number) {
    this.#since = now;
  }

  /** A sample came. */
  ended(now: number): void {
    this.#since = now;
    this.#failures = 0;
    this.text = undefined;
  }

  /** Another try brought none. @param why what the collector threw */
  goOn(why: unknown, now: number): void {
    const failed = !isWaiting(why);
    this.#failures = failed ? this.#failures + 1 : 0;
    const said = failed ? this.#failures >= FAILURES : now - this.#since >= WAITING_PATIENCE;
    if (!said) return;
    const text = textOf(why);
    if (text === this.text || (this.text !== undefined && now - this.#saidAt < TEXT_STAYS)) return;
    this.text = text;
    this.#saidAt = now;
  }
}

/** Whether there is nothing yet, rather than something wrong. */
export const isWaiting = (why: unknown): boolean => why instanceof NoReading && why.kind === 'waiting';

/** Only what readings say of themselves is known to hold no secret. */
function textOf(why: unknown): string {
  return why instanceof NoReading ? why.message : `no sample could be taken (${why instanceof Error ? why.name : typeof why})`;
}
