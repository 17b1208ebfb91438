import { setMaxListeners } from 'node:events';
import { isConflict, isNotFound } from '../../../cluster/api-error.js';
import { createWorkQueue, type WorkQueue } from '../../../cluster/work-queue.js';
import type { Clock } from '../../../ports/clock.js';
import type { Random } from '../../../ports/random.js';
import type { Log } from './log.js';

export interface KeyLoopOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Brings one object to where it should be. @returns milliseconds until the next look, even if nothing changes */
  readonly sync: (key: string, signal: AbortSignal) => Promise<number | undefined>;
}

/** The queue of one controller: soon again after a conflict or a cache that lags, later and later after other failures. */
export function createKeyLoop({ name, clock, random, log, sync }: KeyLoopOptions): WorkQueue {
  return createWorkQueue(
    async (key, signal) => {
      // Many requests of one pass may hang on the same signal.
      setMaxListeners(0, signal);
      const againAfter = await sync(key, signal);
      return againAfter === undefined ? {} : { againAfter };
    },
    {
      clock,
      random,
      backoff: { first: 5, longest: 30_000 },
      onError: (key, error, failures) => {
        const level = isConflict(error) || isNotFound(error) ? 'debug' : 'warn';
        log[level]({ controller: name, key, error: error.message, failures }, 'will try again');
      },
    },
  );
}
