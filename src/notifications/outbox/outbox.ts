import { timestamp, withCondition } from '../../kubernetes/conditions.js';
import type { NotificationChannelStatus } from '../../model/notifications/notification-channel.js';
import type { News, Settled } from '../news/news.js';
import { markOf } from './keys.js';
import { readRecord, writeRecord, type Entry } from './record.js';

/** What is older is told to nobody, in milliseconds: after a long time without a controller, or where a channel comes to match. */
export const OLDEST = 24 * 3_600_000;
/** News come a moment after they happened; so long they are waited for, in milliseconds. */
const LATE = 300_000;
/** More messages than this that ask nothing are sent as one. */
export const DIGEST_FROM = 5;
/** Most news in one message. */
const MOST_IN_DIGEST = 50;
/** Most news that wait; the oldest are given up beyond that. */
const MOST_WAITING = 1000;
/** How often a message is sent by one process, and how many processes may try. */
export const TRIES = 5;
const PROCESSES = 3;
/** Pauses after a try that failed, in milliseconds. */
export const PAUSES = [2000, 10_000, 60_000, 300_000];

/** News that wait to be sent, as one message. */
export interface Batch {
  readonly marks: readonly string[];
  readonly news: readonly News[];
  /** Whether it was never tried by this process. */
  readonly first: boolean;
}

/** A message that is to be changed. */
export interface Change {
  readonly mark: string;
  readonly handle: string;
  readonly settled: Settled;
}

/** How the channel fares, for its status. */
export interface Outcome {
  readonly ready: boolean;
  /** One word in CamelCase. */
  readonly reason: string;
  /** One sentence without a secret. */
  readonly message: string;
  /** When a message was taken. */
  readonly sentAt?: number;
}

interface Waiting {
  readonly news: News;
  tries: number;
}

/** What one channel has to send, and what it sent: decides only; whoever owns it sends and writes. Times in milliseconds since the epoch. */
export class Outbox {
  /** In the order in which they came. */
  readonly #record = new Map<string, Entry>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #changes = new Map<string, { readonly change: Change; tries: number }>();
  /** Of what was sent in this process: when it happened. */
  #toldUntil: number;
  #notBefore = 0;
  #lastRead: NotificationChannelStatus['recent'];
  /** What happened since the status was written. */
  readonly #report: { sent: number; failed: number; last?: Outcome } = { sent: 0, failed: 0 };

  /** @param since nothing earlier is told: when the channel was made */
  constructor(since: number) {
    this.#toldUntil = since;
  }

  /** Takes in what is on record; what is known here already is newer. */
  read({ recent, toldUntil }: NotificationChannelStatus): void {
    if (recent === undefined || recent === this.#lastRead) return;
    this.#lastRead = recent;
    for (const [mark, entry] of readRecord(recent)) {
      const known = this.#record.get(mark);
      if (known === undefined || (known.state === 'begun' && entry.state === 'done')) this.#record.set(mark, entry);
      if (entry.state === 'done') this.#waiting.delete(mark);
    }
    const until = Date.parse(toldUntil ?? '');
    if (!Number.isNaN(until)) this.startFrom(until);
  }

  /** Nothing that happened earlier is told, but what waits already. */
  startFrom(at: number): void {
    this.#toldUntil = Math.max(this.#toldUntil, at);
  }

  get waiting(): number {
    return this.#waiting.size + this.#changes.size;
  }

  /** News that match the channel. @param isLive whether they were seen to happen: they are told then, whenever they say that it was @returns whether there is something to do */
  offer(news: News, now: number, isLive = false): boolean {
    const mark = markOf(news.key);
    const entry = this.#record.get(mark);
    if (this.#waiting.has(mark)) {
      // The numbers in it may have changed while it waited.
      this.#waiting.set(mark, { news, tries: this.#waiting.get(mark)?.tries ?? 0 });
      return false;
    }
    if (entry?.state === 'done' || (entry?.state === 'begun' && entry.times >= PROCESSES)) return false;
    // What another process began is sent, however late it is.
    if (!entry && !isLive && (news.at < this.#toldUntil || news.at < now - OLDEST)) return false;
    this.#waiting.set(mark, { news, tries: 0 });
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MOST_WAITING && oldest !== undefined) {
      this.#waiting.delete(oldest);
      this.#record.set(oldest, { state: 'done' });
      this.#report.failed++;
    }
    return true;
  }

  /** What was asked needs no answer any more. @returns whether there is something to do */
  settle(settled: Settled): boolean {
    const mark = markOf(settled.key);
    if (this.#waiting.delete(mark)) this.#put(mark, { state: 'done' });
    const entry = this.#record.get(mark);
    if (entry?.state !== 'done' || entry.handle === undefined || this.#changes.has(mark)) return false;
    this.#changes.set(mark, { change: { mark, handle: entry.handle, settled }, tries: 0 });
    return true;
  }

  /** When the next thing may be done; undefined when nothing is to do. */
  nextAt(): number | undefined {
    return this.waiting === 0 ? undefined : this.#notBefore;
  }

  /** Nothing is done for so long. */
  pause(now: number, milliseconds: number): void {
    this.#notBefore = Math.max(this.#notBefore, now + milliseconds);
  }

  nextChange(): Change | undefined {
    const [first] = this.#changes.values();
    return first?.change;
  }

  /** What is sent next: what asks somebody before all else, one by one; the rest as one message where there is much of it. */
  nextBatch(digests: boolean): Batch | undefined {
    const all = [...this.#waiting].sort(([, one], [, other]) => one.news.at - other.news.at);
    const asking = all.find(([, { news }]) => news.asks !== undefined);
    const rest = all.filter(([, { news }]) => news.asks === undefined);
    const chosen = asking ? [asking] : digests && rest.length > DIGEST_FROM ? rest.slice(0, MOST_IN_DIGEST) : rest.slice(0, 1);
    if (chosen.length === 0) return undefined;
    return { marks: chosen.map(([mark]) => mark), news: chosen.map(([, { news }]) => news), first: chosen.some(([, { tries }]) => tries === 0) };
  }

  /** Sending begins. To be on record before it does. */
  begin({ marks }: Batch): void {
    for (const mark of marks) {
      const entry = this.#record.get(mark);
      const waiting = this.#waiting.get(mark);
      if (waiting?.tries === 0) this.#put(mark, { state: 'begun', times: entry?.state === 'begun' ? entry.times + 1 : 1 });
    }
  }

  /** It was not sent after all: somebody else may have done it. */
  withdraw({ marks }: Batch): void {
    for (const mark of marks) {
      const entry = this.#record.get(mark);
      if (entry?.state !== 'begun') continue;
      if (entry.times > 1) this.#record.set(mark, { state: 'begun', times: entry.times - 1 });
      else this.#record.delete(mark);
    }
  }

  /** It was taken. */
  sent(batch: Batch, handle: string | undefined, outcome: Outcome): void {
    this.#end(batch, handle);
    this.#report.sent++;
    this.#report.last = outcome;
  }

  #end({ marks }: Batch, handle?: string): void {
    for (const mark of marks) {
      this.#waiting.delete(mark);
      this.#put(mark, { state: 'done', ...(handle === undefined || marks.length > 1 ? {} : { handle }) });
    }
  }

  /** @returns whether it is given up */
  failed(batch: Batch, permanent: boolean): boolean {
    let tries = 0;
    for (const mark of batch.marks) {
      const waiting = this.#waiting.get(mark);
      if (waiting) tries = Math.max(tries, (waiting.tries += 1));
    }
    if (!permanent && tries < TRIES) return false;
    this.#end(batch);
    this.#report.failed += batch.marks.length;
    return true;
  }

  /** Puts on record how it fares. */
  report(outcome: Outcome): void {
    this.#report.last = outcome;
  }

  /** Whether the status does not say yet what happened. */
  get hasReport(): boolean {
    return this.#report.last !== undefined || this.#report.sent + this.#report.failed > 0;
  }

  /** The status says it now. */
  reported(): void {
    Object.assign(this.#report, { sent: 0, failed: 0 });
    delete this.#report.last;
  }

  /** How often the message was tried. */
  triesOf({ marks }: Batch): number {
    return Math.max(0, ...marks.map((mark) => this.#waiting.get(mark)?.tries ?? 0));
  }

  /** The message was changed, or never will be. */
  changed({ mark }: Change): void {
    this.#changes.delete(mark);
    this.#put(mark, { state: 'done' });
  }

  /** @returns whether it is given up */
  changeFailed(change: Change, permanent: boolean): boolean {
    const known = this.#changes.get(change.mark);
    if (known && !permanent && (known.tries += 1) < TRIES) return false;
    this.changed(change);
    return true;
  }

  /** What is to be on record. @param before what is */
  status(now: number, before: NotificationChannelStatus): NotificationChannelStatus {
    const oldest = Math.min(now - LATE, ...[...this.#waiting.values()].map(({ news }) => news.at));
    // Of an earlier start there is nothing to tell; of a later one there may be.
    if (oldest > this.#toldUntil) this.#toldUntil = oldest;
    while (this.#record.size > 4 * MOST_WAITING) {
      const [first] = this.#record.keys();
      if (first === undefined) break;
      this.#record.delete(first);
    }
    const { sent, failed, last } = this.#report;
    return {
      ...before,
      ...(sent + (before.sent ?? 0) > 0 ? { sent: (before.sent ?? 0) + sent } : {}),
      ...(failed + (before.failed ?? 0) > 0 ? { failed: (before.failed ?? 0) + failed } : {}),
      ...(last?.sentAt === undefined ? {} : { sentAt: timestamp(last.sentAt) }),
      ...(last ? { message: last.message, conditions: [...withCondition(before.conditions, { type: 'Ready', status: last.ready ? 'True' : 'False', reason: last.reason, message: last.message, lastTransitionTime: timestamp(now) }, timestamp(now))] } : {}),
      recent: writeRecord(this.#record),
      toldUntil: timestamp(this.#toldUntil),
    };
  }

  /** Puts it last, so that the oldest are first. */
  #put(mark: string, entry: Entry): void {
    this.#record.delete(mark);
    this.#record.set(mark, entry);
  }
}
