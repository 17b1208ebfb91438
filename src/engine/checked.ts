import type { Ending } from './endings.js';

/** What a step comes to: it is done, it waits, or the release cannot go on. */
export type Checked = 'done' | 'waits' | Ending;
