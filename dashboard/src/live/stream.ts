import { createEventStreamParser } from './event-stream-parser.js';
import { frameOf, type Frame } from './frame.js';
import type { Ticking } from './ticking.js';

/** How the page stands with the server. `since`: when that began, in milliseconds of this machine. */
export interface Connection {
  readonly state: 'connecting' | 'live' | 'lost';
  readonly since: number;
}

/** What a stream needs from around it. */
export interface StreamParts {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly ticking: Ticking;
  /** A number from 0 to 1, so that many pages do not come back at once. */
  random(): number;
  onFrame(frame: Frame): void;
  onConnection(connection: Connection): void;
  /** Called when the server says that nobody is signed in any more; the stream has then ended. */
  onSignedOut(): void;
}

/** A stream under way. */
export interface Stream {
  /** Tries again at once if the connection is lost. */
  retryNow(): void;
  /** Gives a connection up that is known to be dead, and tries again. */
  drop(): void;
  /** Gives the connection up until `resume`; a browser has six to a server, over all its tabs. */
  suspend(): void;
  /** Goes on where it was. */
  resume(): void;
  /** Ends it and waits until nothing is under way. */
  stop(): Promise<void>;
}

/** The server sends a comment every 15 s: after more than two of them are missing, nobody is there. */
const SILENCE = 40_000;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;

/**
 * Follows /api/v1/stream over every loss: it comes back at growing intervals and says where it was, so the server sends what was
 * missed, or `reset`. By fetch and not EventSource, which says neither the status nor notices a line that is silently dead.
 */
export function openStream(parts: StreamParts): Stream {
  let lastId = '';
  let connected = false;
  let failures = 0;
  let stopped = false;
  let suspended = false;
  let attempt: AbortController | undefined;
  let wake: (() => void) | undefined;
  let connection: Connection | undefined;

  const say = (state: Connection['state']): void => {
    const since = connection?.state === state ? connection.since : parts.ticking.now();
    connection = { state, since };
    parts.onConnection(connection);
  };
  const rest = async (milliseconds: number): Promise<void> => await new Promise((resolve) => {
    const cancel = Number.isFinite(milliseconds) ? parts.ticking.after(milliseconds, () => wake?.()) : undefined;
    wake = () => {
      wake = undefined;
      cancel?.();
      resolve();
    };
  });

  /** Follows one connection to its end; says how long to wait as the server wishes, in milliseconds. */
  const follow = async (signal: AbortSignal): Promise<number | undefined> => {
    let cancelSilence = parts.ticking.after(SILENCE, () => attempt?.abort());
    const heard = (): void => {
      cancelSilence();
      cancelSilence = parts.ticking.after(SILENCE, () => attempt?.abort());
    };
    try {
      const response = await parts.fetch(parts.url, {
        headers: { accept: 'text/event-stream', ...(lastId === '' ? {} : { 'last-event-id': lastId }) },
        credentials: 'same-origin',
        cache: 'no-store',
        signal,
      });
      if (response.status === 401) {
        stopped = true;
        parts.onSignedOut();
        return undefined;
      }
      if (!response.ok || response.body === null) return Number(response.headers.get('retry-after') ?? 0) * 1_000;
      failures = 0;
      say('live');
      // Who cannot say where they were may have missed anything.
      if (connected && lastId === '') parts.onFrame({ kind: 'reset' });
      connected = true;
      const parse = createEventStreamParser((event) => {
        const frame = frameOf(event);
        if (frame !== undefined) parts.onFrame(frame);
      }, (id) => {
        lastId = id;
      });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return undefined;
        heard();
        parse(value);
      }
    } catch {
      // Cut off, unreachable, or aborted: all the same to whoever waits for the next attempt.
      return undefined;
    } finally {
      cancelSilence();
    }
  };

  const run = async (): Promise<void> => {
    say('connecting');
    while (!stopped) {
      attempt = new AbortController();
      const wished = await follow(attempt.signal);
      if (stopped) return;
      if (suspended) {
        await rest(Number.POSITIVE_INFINITY);
        continue;
      }
      const delay = Math.max(Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** failures) * (0.75 + parts.random() / 2), wished ?? 0);
      failures += 1;
      say('lost');
      await rest(delay);
    }
  };
  const running = run();
  return {
    retryNow: () => wake?.(),
    drop: () => attempt?.abort(),
    suspend: () => {
      suspended = true;
      attempt?.abort();
    },
    resume: () => {
      suspended = false;
      wake?.();
    },
    stop: async () => {
      stopped = true;
      attempt?.abort();
      wake?.();
      await running;
    },
  };
}
