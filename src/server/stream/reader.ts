import type { ServerResponse } from 'node:http';
import type { Clock } from '../../ports/clock.js';
import type { FrameRing } from './frame-ring.js';
import type { Viewer } from './viewer.js';

/** How patient a stream is, in milliseconds. */
export interface StreamLimits {
  /** A line that says nothing comes after so long without an event. */
  readonly quiet: number;
  /** Who takes nothing for so long is cut off. */
  readonly stalled: number;
}

export const STREAM_LIMITS: StreamLimits = { quiet: 15_000, stalled: 30_000 };

/** So many frames at once, so that a reader who was away does not get everything as one text. */
const BATCH = 256;
/** What a browser waits before it connects again, in milliseconds. */
const RETRY = 2_000;

/** What one reader is given. */
export interface ReaderParts {
  readonly ring: FrameRing;
  readonly viewer: Viewer;
  readonly clock: Clock;
  readonly limits: StreamLimits;
  /** The last frame that the reader has seen; undefined for one who begins. Not a number: what is not known. */
  readonly lastEventId: number | undefined;
  /** Aborts when the reader has left, or may not read any more. */
  readonly signal: AbortSignal;
}

/**
 * Writes frames to one reader until they leave. Holds no frames of its own: a slow reader costs a number, not memory. Ends `out` in
 * every case, and never throws.
 */
export async function read(out: ServerResponse, { ring, viewer, clock, limits, lastEventId, signal }: ReaderParts): Promise<void> {
  const ending = new AbortController();
  const ended = AbortSignal.any([signal, ending.signal]);
  const onClose = (): void => ending.abort(new Error('the reader has left'));
  out.once('close', onClose);
  try {
    let at = lastEventId ?? ring.last;
    const caughtUp = ring.after(at, 0) !== undefined;
    if (!caughtUp) at = ring.last;
    // An id without data is kept by browsers: who connects again before the first event goes on from here.
    await send(`retry: ${RETRY}\nid: ${at}\n\n${caughtUp ? '' : resetAt(at)}`);
    while (!ended.aborted) {
      const frames = ring.after(at, BATCH);
      if (frames === undefined) {
        at = ring.last;
        await send(resetAt(at));
        continue;
      }
      const last = frames.at(-1);
      if (!last) {
        const quiet = await happensWithin((signal) => untilOr(ring.untilAfter(at), signal), limits.quiet);
        if (!quiet && !ended.aborted) await send(`: still here\nid: ${at}\n\n`);
        continue;
      }
      at = last.id;
      const text = await viewer.textOf(frames);
      if (text !== '') await send(text);
    }
  } catch {
    // Who cannot be asked what they may see, or takes nothing, is cut off; a browser comes again by itself.
    out.destroy();
  } finally {
    out.off('close', onClose);
    ending.abort(new Error('the stream has ended'));
    if (!out.destroyed) out.end();
  }

  /** @throws Error where nothing was taken for too long */
  async function send(text: string): Promise<void> {
    if (out.destroyed || out.write(text)) return;
    const drained = await happensWithin((signal) => new Promise<void>((resolve) => {
      const done = (): void => {
        out.off('drain', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      out.once('drain', done);
      signal.addEventListener('abort', done, { once: true });
    }), limits.stalled);
    if (!drained) throw new Error('the reader takes nothing');
  }

  /** Whether something happens in time; what waits for it is told when it need not any more. */
  async function happensWithin(happening: (signal: AbortSignal) => Promise<void>, milliseconds: number): Promise<boolean> {
    const waiting = new AbortController();
    const either = AbortSignal.any([ended, waiting.signal]);
    const tooLong = clock.sleep(milliseconds, either).then(() => false, () => true);
    try {
      return await Promise.race([happening(either).then(() => true), tooLong]);
    } finally {
      waiting.abort();
      await tooLong;
    }
  }
}

const resetAt = (id: number): string => `id: ${id}\nevent: reset\ndata: {}\n\n`;

function untilOr(happens: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => resolve();
    if (signal.aborted) return done();
    signal.addEventListener('abort', done, { once: true });
    void happens.then(() => {
      signal.removeEventListener('abort', done);
      resolve();
    });
  });
}
