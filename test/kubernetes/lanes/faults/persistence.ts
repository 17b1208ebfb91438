import { systemClock } from '../../../../src/ports/clock.js';

/** What a person does when the server does not answer: the same again. */
export async function persistently<T>(work: () => Promise<T>, tries = 300): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 0) throw error;
      await systemClock.sleep(200);
    }
  }
}
