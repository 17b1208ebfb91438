import { isConflict } from '../cluster/api-error.js';

/** How often objects may change under a command between its look and its write; the controller writes at any moment. */
const TRIES = 10;

/** Looks, decides and writes, from the beginning where what was looked at has changed meanwhile. @throws ApiError after ten conflicts */
export async function lookingAgain<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error) || tries >= TRIES) throw error;
    }
  }
}
