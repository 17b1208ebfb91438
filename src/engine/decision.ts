import type { Message } from '../model/messages.js';
import type { ReleaseStatus } from '../model/release.js';

/** What is to be: the new status (with the intent for all effects in it), what happened, and when to look again. */
export interface Decision {
  readonly status: ReleaseStatus;
  /** What happened in this step; also at the end of the status's log. */
  readonly happened: readonly Message[];
  /** Milliseconds since the epoch; undefined when only a change of what is observed can matter. */
  readonly lookAgainAt: number | undefined;
}
