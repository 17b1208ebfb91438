import { message } from '../model/messages.js';
import type { ReleaseStatus } from '../model/release.js';
import type { Draft } from './draft.js';
import { formatTime } from './formatting.js';
import type { Observation } from './observation.js';

/** How long routes that somebody else overwrote are left to them before they are written once more, in milliseconds. */
export const LEFT_ALONE = 30_000;
/** How long it is tried to write them, in milliseconds. */
const WRITING = 5_000;

const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString();

/**
 * Somebody else put back what Serin had written: the release holds and says who it was. After a while it writes once more,
 * because it may have been a slip, such as a sync with values that were read before; once in a release. When it happens
 * again, somebody means it, and the release holds until a person goes on.
 */
export function answerOverwriting(draft: Draft, { routing }: Observation): void {
  const { overwritten = {}, ...rest } = draft.status;
  const { since, again } = overwritten;
  const [problem] = routing.problems;
  if (!problem) {
    if (since !== undefined) draft.replace({ ...rest, ...(again === undefined ? {} : { overwritten: { again } }) });
    return;
  }
  const { place, problem: what, remedy } = problem;
  const first = since ?? timestamp(draft.now);
  draft.set({ overwritten: { ...overwritten, since: first } });
  // On the way back nothing is gained: what others wrote leads to the stable version.
  if (again !== undefined || draft.status.phase === 'Aborting') return draft.wait(message('RoutesOverwritten', { place, problem: what, remedy }));
  const at = Date.parse(first) + LEFT_ALONE;
  if (draft.now < at) return draft.wait(message('RoutesOverwrittenOnce', { place, problem: what, remedy, until: formatTime(at) }), at);
  draft.set({ overwritten: { since: first, again: timestamp(draft.now) } });
  draft.happen(message('RoutesWrittenAgain', { place }));
  draft.wait(message('RoutesOverwritten', { place, problem: what, remedy }));
}

/** Whether what somebody else overwrote is being written once more. @param now milliseconds since the epoch */
export function isWritingAgain({ overwritten, phase }: ReleaseStatus, now: number): boolean {
  const { since, again } = overwritten ?? {};
  return phase !== 'Aborting' && since !== undefined && again !== undefined && since <= again && now - Date.parse(again) < WRITING;
}
