import { isConflict, isNotFound } from '../../cluster/api-error.js';
import type { Informer } from '../../cluster/informer.js';
import type { LoopParts } from '../../cluster/loop.js';
import type { WorkResult } from '../../cluster/work-queue.js';
import type { NotificationChannel, NotificationChannelStatus } from '../../model/notifications/notification-channel.js';
import { senderFor } from '../senders/senders.js';
import type { Outgoing, Sender } from '../senders/sender.js';
import { readChannelSecret } from '../sending/channel-secret.js';
import type { Poster } from '../sending/poster.js';
import { SendFailure } from '../sending/send-failure.js';
import { digestWords, settledWords, wordsOf } from '../texts/words.js';
import { messageKey } from './keys.js';
import { PAUSES, type Batch, type Change, type Outbox } from './outbox.js';

/** Where work on a channel was left: look again after a conflict, in milliseconds. */
const AFTER_CONFLICT = 500;
/** Whoever asks to be left alone for longer is asked again all the same, in milliseconds. */
const LONGEST_PAUSE = 3_600_000;

/** Where the page is at the moment; undefined where none is served. Never rejects. */
export type FindPage = () => Promise<string | undefined>;

/** What work on a channel needs. */
export interface ChannelWorkParts extends Pick<LoopParts, 'client' | 'clock' | 'random' | 'mayWrite' | 'note' | 'withoutConfig' | 'findAddress'> {
  readonly poster: Poster;
  readonly findPage: FindPage;
  /** Ends what is being sent. */
  readonly sending: AbortSignal;
}

/** One turn for one channel: looks whether it can be used, changes one message or sends one. */
export async function workOnChannel(informer: Informer<NotificationChannel>, channel: NotificationChannel, outbox: Outbox, parts: ChannelWorkParts): Promise<WorkResult | undefined> {
  const { clock } = parts;
  outbox.read(channel.status ?? {});
  if (!parts.mayWrite()) return undefined;
  const turn = new Turn(informer, channel, outbox, parts);
  if (outbox.hasReport) await turn.settle();
  const at = outbox.nextAt();
  if (at === undefined) {
    if (channel.status?.observedGeneration !== channel.metadata.generation) await turn.introduce();
    return undefined;
  }
  if (at > clock.now()) return { againAfter: at - clock.now() };
  await turn.take();
  const next = outbox.nextAt();
  return next === undefined ? undefined : { againAfter: Math.max(0, next - clock.now()) };
}

class Turn {
  readonly #informer: Informer<NotificationChannel>;
  readonly #outbox: Outbox;
  readonly #parts: ChannelWorkParts;
  #channel: NotificationChannel;

  constructor(informer: Informer<NotificationChannel>, channel: NotificationChannel, outbox: Outbox, parts: ChannelWorkParts) {
    this.#informer = informer;
    this.#channel = channel;
    this.#outbox = outbox;
    this.#parts = parts;
  }

  /** Says whether a channel that is new, or was changed, can be used. */
  async introduce(): Promise<void> {
    try {
      await this.#sender();
      this.#outbox.report({ ready: true, reason: 'Ready', message: 'Ready.' });
    } catch (error) {
      if (!(error instanceof SendFailure)) throw error;
      this.#outbox.report({ ready: false, reason: 'NotReady', message: sentence(error.message) });
    }
    await this.settle();
  }

  /** Changes one message, or sends one. */
  async take(): Promise<void> {
    const change = this.#outbox.nextChange();
    if (change) return this.#change(change);
    const { clock } = this.#parts;
    const sender = await this.#sender().catch(asFailure);
    const batch = this.#outbox.nextBatch(sender instanceof SendFailure ? false : sender.digests);
    if (!batch || (batch.first && !(await this.#claim(batch)))) return;
    try {
      if (sender instanceof SendFailure) throw sender;
      const { handle } = await sender.send(await this.#outgoing(batch), this.#parts.sending);
      const asks = batch.news.some(({ asks: asked }) => asked !== undefined);
      this.#outbox.sent(batch, asks && sender.change ? handle : undefined, { ready: true, reason: 'Sent', message: 'The last message was taken.', sentAt: clock.now() });
      this.#outbox.pause(clock.now(), sender.pace);
    } catch (error) {
      // Whoever is stopped has not failed: the next one goes on from the record.
      this.#parts.sending.throwIfAborted();
      this.#failed(batch, asFailure(error), sender instanceof SendFailure ? 0 : sender.pace);
    }
    await this.settle();
  }

  /** Puts on record that sending begins. @returns false where somebody else may be sending it */
  async #claim(batch: Batch): Promise<boolean> {
    this.#outbox.begin(batch);
    let claimed = false;
    try {
      claimed = await this.#write();
    } finally {
      if (!claimed) this.#outbox.withdraw(batch);
    }
    if (!claimed) this.#outbox.pause(this.#parts.clock.now(), AFTER_CONFLICT);
    return claimed;
  }

  #failed(batch: Batch, failure: SendFailure, pace: number): void {
    const { clock, random, note } = this.#parts;
    const givenUp = this.#outbox.failed(batch, failure.permanent);
    const pause = givenUp ? 0 : (PAUSES[this.#outbox.triesOf(batch) - 1] ?? 0) * (0.75 + random() / 4);
    this.#outbox.pause(clock.now(), Math.max(pace, pause, Math.min(failure.retryAfter ?? 0, LONGEST_PAUSE)));
    const text = sentence(failure.message);
    this.#outbox.report({ ready: false, reason: givenUp ? 'GivenUp' : 'Failed', message: givenUp ? `A message was given up: ${text}` : `${text} It is tried again.` });
    if (givenUp) note(this.#channel, { type: 'Warning', reason: 'MessageGivenUp', message: `A message (${[...new Set(batch.news.map(({ event }) => event))].join(', ')}) was given up: ${text}` });
  }

  async #change(change: Change): Promise<void> {
    const { clock, random, findPage, sending } = this.#parts;
    try {
      const sender = await this.#sender();
      await sender.change?.(change.handle, settledWords(change.settled, this.#language, await findPage()), sending);
      this.#outbox.changed(change);
      this.#outbox.pause(clock.now(), sender.pace);
    } catch (error) {
      sending.throwIfAborted();
      const failure = asFailure(error);
      // Buttons that stay are no harm: an answer that comes too late is refused.
      this.#outbox.changeFailed(change, failure.permanent);
      this.#outbox.pause(clock.now(), Math.max((PAUSES[1] ?? 0) * (0.75 + random() / 4), Math.min(failure.retryAfter ?? 0, LONGEST_PAUSE)));
      return;
    }
    await this.settle();
  }

  get #language(): 'en' | 'zh' {
    return this.#channel.spec.language ?? 'en';
  }

  async #sender(): Promise<Sender> {
    const { client, withoutConfig, sending, poster, clock, findAddress, findPage } = this.#parts;
    const secret = await readChannelSecret(client, this.#channel, withoutConfig, sending);
    return senderFor(this.#channel.spec, { poster, clock, secret, findAddress, pageUrl: await findPage() });
  }

  async #outgoing({ news }: Batch): Promise<Outgoing> {
    const [first] = news;
    const pageUrl = await this.#parts.findPage();
    const words = news.length === 1 && first ? wordsOf(first, this.#language, pageUrl) : digestWords(news, this.#language, pageUrl);
    const key = messageKey(news.map((each) => `${this.#channel.metadata.uid ?? ''} ${each.key}`));
    return { key, thread: news.length === 1 && first ? `serin-${first.about.uid}` : key, words, news };
  }

  /** Puts on record what happened; where somebody else wrote in between, once more upon that. */
  async settle(): Promise<void> {
    for (let tries = 0; tries < 5; tries++) {
      if ((await this.#write()) || !this.#parts.mayWrite()) return;
      const { namespace, name } = this.#channel.metadata;
      const found = await this.#parts.client.find(this.#informer.resource, { name, ...(namespace === undefined ? {} : { namespace }) });
      if (!found) return;
      this.#channel = found;
      this.#informer.remember(found);
    }
  }

  /** @returns false where somebody else wrote, or leads, in the meantime */
  async #write(): Promise<boolean> {
    const { client, clock, mayWrite } = this.#parts;
    if (!mayWrite()) return false;
    const { metadata, status: before = {} } = this.#channel;
    const status: NotificationChannelStatus = { ...this.#outbox.status(clock.now(), before), ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }) };
    try {
      const name = { name: metadata.name, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) };
      this.#channel = await client.patch(this.#informer.resource, name, { kind: 'merge', body: { metadata: { resourceVersion: metadata.resourceVersion }, status } }, { subresource: 'status' });
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return false;
      throw error;
    }
    this.#outbox.reported();
    this.#informer.remember(this.#channel);
    return true;
  }
}

const asFailure = (error: unknown): SendFailure => (error instanceof SendFailure ? error : new SendFailure(error instanceof Error ? error.message : String(error)));

/** With a capital letter and a full stop. */
function sentence(text: string): string {
  const begun = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
  return /[.!?。]$/.test(begun) ? begun : `${begun}.`;
}
