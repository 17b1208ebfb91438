import { Backoff } from '../../cluster/backoff.js';
import { TransportError } from '../../cluster/transport-error.js';
import { abortReason } from '../../ports/clock.js';
import type { Shell } from '../shell.js';
import { blocksOf, type StreamBlock } from './event-stream.js';
import { mayPass, ServerLost } from './problems.js';
import type { ServerConnection } from './server-connection.js';

/** The server says something every 15 s: when more than two of them are missing, nobody is there. */
const SILENCE = 40_000;
const DELAYS = { first: 500, longest: 15_000 };
/** Nobody needs to be looked at more often than this, in milliseconds. */
const LONGEST_WAIT = 3_600_000;

/** What a stream is followed for. */
export interface Following {
  readonly namespace: string;
  /** Whether a block of the stream is about what is looked at. */
  matters(block: StreamBlock): boolean;
  /** The connection is lost, and tried again; told once for each loss. */
  onLost(): void;
}

/** A stream of changes that is followed over every loss. */
export interface FollowedChanges {
  /**
   * Resolves at a change that matters, or after `milliseconds`; at once where there was a change since the last call.
   * @returns whether something changed @throws what ends the following: that one may not look any more, or the shell's signal
   */
  changed(milliseconds?: number): Promise<boolean>;
  stop(): Promise<void>;
}

/** Follows what a server tells of a namespace. @returns once it is connected, so that what is read afterwards misses nothing @throws ServerRefusal, ServerLost where it cannot connect at first */
export async function followChanges(server: ServerConnection, { namespace, matters, onLost }: Following, { clock, random, signal }: Pick<Shell, 'clock' | 'random' | 'signal'>): Promise<FollowedChanges> {
  const stopping = new AbortController();
  const ended = AbortSignal.any([signal, stopping.signal]);
  const backoff = new Backoff(DELAYS, random);
  let place: string | undefined;
  let isNews = false;
  let failure: unknown;
  let isLost = false;
  let wake = (): void => undefined;
  const tell = (): void => {
    isNews = true;
    wake();
  };

  /** Takes one connection to its end. @param opened it is there */
  const listen = async (opened: () => void): Promise<void> => {
    const cut = new AbortController();
    const either = AbortSignal.any([ended, cut.signal]);
    let heardAt = clock.monotonic();
    const watching = watchSilence(() => heardAt + SILENCE - clock.monotonic(), cut, either);
    try {
      const { chunks } = await server.stream('/stream', { namespace }, place, either);
      opened();
      for await (const block of blocksOf(noticed(chunks, () => (heardAt = clock.monotonic())))) {
        backoff.reset();
        if (block.id !== undefined) place = block.id;
        if (matters(block)) tell();
      }
    } catch (error) {
      if (!cut.signal.aborted || ended.aborted) throw error;
    } finally {
      cut.abort(new Error('the stream has ended'));
      await watching;
    }
  };

  async function watchSilence(left: () => number, cut: AbortController, until: AbortSignal): Promise<void> {
    try {
      for (let wait = left(); wait > 0; wait = left()) await clock.sleep(wait, until);
      cut.abort(new ServerLost(`${server.origin} says nothing any more.`));
    } catch {
      // The stream ended by itself.
    }
  }

  const run = async (opened: () => void): Promise<void> => {
    let isFirst = true;
    for (;;) {
      try {
        await listen(() => {
          // Who cannot say where they were may have missed anything.
          if (!isFirst && place === undefined) tell();
          isFirst = isLost = false;
          opened();
        });
      } catch (error) {
        if (ended.aborted) return;
        if (isFirst || !(mayPass(error) || error instanceof TransportError)) throw error;
      }
      if (ended.aborted) return;
      if (!isLost) onLost();
      isLost = true;
      await clock.sleep(backoff.next(), ended).catch(() => undefined);
      if (ended.aborted) return;
    }
  };

  let running: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    running = run(resolve).catch((error: unknown) => {
      failure = error;
      wake();
      reject(error instanceof Error ? error : new Error(String(error)));
    }).finally(resolve);
  });
  return {
    async changed(milliseconds = LONGEST_WAIT) {
      if (failure === undefined && !isNews && !signal.aborted) await wokenWithin(Math.min(milliseconds, LONGEST_WAIT));
      if (signal.aborted) throw abortReason(signal);
      if (failure !== undefined) throw failure;
      const news = isNews;
      isNews = false;
      return news;
    },
    async stop() {
      stopping.abort(new Error('nobody follows any more'));
      await running;
    },
  };

  async function wokenWithin(milliseconds: number): Promise<void> {
    const sleeping = new AbortController();
    wake = () => sleeping.abort();
    signal.addEventListener('abort', wake, { once: true });
    await clock.sleep(milliseconds, sleeping.signal).catch(() => undefined);
    signal.removeEventListener('abort', wake);
  }
}

async function* noticed(chunks: AsyncIterable<string>, notice: () => void): AsyncGenerator<string> {
  for await (const chunk of chunks) {
    notice();
    yield chunk;
  }
}
