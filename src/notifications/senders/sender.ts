import type { News } from '../news/news.js';
import type { ChannelSecret } from '../sending/channel-secret.js';
import type { Poster } from '../sending/poster.js';
import type { FindAddress } from '../../cluster/loop.js';
import type { Clock } from '../../ports/clock.js';
import type { Words } from '../texts/words.js';

/** One message to send. */
export interface Outgoing {
  /** The same for the same message, however often it is sent; letters, digits, - and _. */
  readonly key: string;
  /** The same for all messages of one release. */
  readonly thread: string;
  readonly words: Words;
  /** What it is made of; several in a digest. */
  readonly news: readonly News[];
}

/** What came of it. */
export interface Sent {
  /** By which it can be changed later on; where the chat gives one. Up to 100 characters. */
  readonly handle?: string;
}

/** Knows one product's way to take messages. */
export interface Sender {
  /** Pause after each message, in milliseconds, by which its limits are kept. */
  readonly pace: number;
  /** Whether many messages may become one. */
  readonly digests: boolean;
  /** @throws SendFailure */
  send(outgoing: Outgoing, signal: AbortSignal): Promise<Sent>;
  /** Puts other words in the place of a message; where the product can. @throws SendFailure */
  change?(handle: string, words: Words, signal: AbortSignal): Promise<void>;
}

/** What senders work with. */
export interface SenderParts {
  readonly poster: Poster;
  readonly clock: Clock;
  readonly secret: ChannelSecret;
  readonly findAddress?: FindAddress | undefined;
  readonly pageUrl: string | undefined;
  /** Certificates of mail servers that are trusted in place of the machine's, as PEM. */
  readonly ca?: string;
}
