import { abortReason, type Clock } from './clock.js';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly fire: () => void;
}

/** A clock that moves only when told to: waits end in order of their due time, ties in order of their start. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  #timers: Timer[] = [];

  /** @param start milliseconds since the epoch */
  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortReason(signal));
      const timer: Timer = {
        due: this.#now + Math.max(0, milliseconds),
        order: this.#order++,
        fire: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = (): void => {
        this.#timers = this.#timers.filter((each) => each !== timer);
        if (signal) reject(abortReason(signal));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#timers.push(timer);
    });
  }

  /** When the next wait ends, in milliseconds since the epoch; undefined when nothing waits. */
  nextDue(): number | undefined {
    return this.#timers.reduce<number | undefined>((least, { due }) => (least === undefined || due < least ? due : least), undefined);
  }

  /** Moves on by `milliseconds`, ending each wait at its own time and letting what it woke run before the next. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (let timer = this.#takeNext(end); timer; timer = this.#takeNext(end)) {
      this.#now = timer.due;
      timer.fire();
      await settle();
    }
    this.#now = end;
  }

  #takeNext(end: number): Timer | undefined {
    const [next] = this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due || a.order - b.order);
    if (next) this.#timers = this.#timers.filter((timer) => timer !== next);
    return next;
  }
}

/** Lets all promise callbacks, and what they start without a timer, run to their end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
