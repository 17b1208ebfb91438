import type { Random } from '../../ports/random.js';

export type ArrivalPattern = 'poisson' | 'even';

/** When requests are sent: milliseconds after the start, without end, rising. @param rate per second */
export function* arrivalTimes(rate: number, pattern: ArrivalPattern, random: Random): Generator<number, never> {
  const gap = 1000 / rate;
  for (let time = 0, count = 0; ; count++) {
    if (pattern === 'even') yield count * gap;
    else {
      // 1 - x is never 0, of which there is no logarithm.
      time += -Math.log(1 - random()) * gap;
      yield time;
    }
  }
}
