/** Time as the page needs it: now in milliseconds, and later. Browsers' own in `browserTicking`. */
export interface Ticking {
  now(): number;
  /** Calls once after so many milliseconds, unless what it returns is called before. */
  after(milliseconds: number, call: () => void): () => void;
}

/** The browser's clock. */
export const browserTicking: Ticking = {
  now: () => Date.now(),
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** A moment that moves once a second while somebody looks at it. */
export interface Moment {
  read(): number;
  subscribe(listener: () => void): () => void;
}

/** Ticks once a second while it has listeners; `offset` is how far the server's clock is ahead, so that ages do not go below zero. */
export function createMoment(ticking: Ticking, offset: () => number): Moment {
  const listeners = new Set<() => void>();
  let at = ticking.now() + offset();
  let cancel: (() => void) | undefined;
  const tick = (): void => {
    at = ticking.now() + offset();
    for (const listener of listeners) listener();
    cancel = ticking.after(1_000, tick);
  };
  return {
    read: () => at,
    subscribe: (listener) => {
      listeners.add(listener);
      if (listeners.size === 1) {
        at = ticking.now() + offset();
        cancel = ticking.after(1_000, tick);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) cancel?.();
      };
    },
  };
}
