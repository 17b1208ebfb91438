import type { Clock } from '../../ports/clock.js';

/** A clock whose waits below a minute end at once and are written down; longer ones only end when they are aborted. */
export function recordingClock(): { readonly clock: Clock; readonly waits: number[] } {
  const waits: number[] = [];
  const clock: Clock = {
    now: () => Date.UTC(2026, 0, 1),
    monotonic: () => 0,
    sleep: (milliseconds, signal) => {
      if (milliseconds < 60_000) {
        waits.push(milliseconds);
        return new Promise((resolve) => setImmediate(resolve));
      }
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true }));
    },
  };
  return { clock, waits };
}
