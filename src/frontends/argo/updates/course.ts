import { outcomesOf, type Outcomes } from '../analyses/outcomes.js';
import { pausesOf, type Pauses } from '../pausing/pauses.js';
import type { ReleaseCommand } from '../rollout-decision.js';
import type { Facts } from './facts.js';
import { standingOf, type Standing } from './standing.js';
import { updateOf, wasTakenBack, type Update } from './update.js';

/** Where an update is, what it waits for, and whether it goes on or back. */
export interface Course {
  readonly update: Update;
  readonly standing: Standing | undefined;
  readonly outcomes: Outcomes;
  readonly pauses: Pauses;
  readonly aborted: boolean;
  /** Why it goes back, where that is more than somebody's wish. */
  readonly reason: string | undefined;
}

/** The course of a Rollout's update. @param late why it has taken too long, where that is to end it */
export function courseOf(facts: Facts, late: string | undefined): Course {
  const update = updateOf(facts);
  const standing = standingOf(facts, update);
  const outcomes = outcomesOf(facts, update, standing);
  const { release, said, full } = update;
  const lost = release !== undefined && wasTakenBack(release);
  const failure = full ? undefined : (outcomes.failure ?? late);
  const aborted = !facts.done && (said.abort === true || lost || failure !== undefined);
  const own = lost && release.spec.abort !== true ? (release.status?.message ?? release.status?.abortReason) : undefined;
  return { update, standing, outcomes, aborted, reason: failure ?? own, pauses: aborted ? { conditions: [], resuming: false, advanceTo: undefined, lookAgainAt: undefined } : pausesOf(facts, update, standing, outcomes) };
}

/** What the release under way is told. */
export function commandsOf({ rollout, moving, done }: Facts, { update, aborted, pauses, outcomes, standing }: Course): ReleaseCommand[] {
  if (!moving) return [];
  const { abort = false, paused = false, advanceTo = 0 } = moving.spec;
  const release = moving.metadata.name;
  if (abort) return [];
  // One of an update that is over, or was begun anew. Another version than the one that is wanted goes by itself.
  const over = moving === update.release ? aborted : !done && update.retry === release;
  if (over) return [{ release, spec: { abort: true } }];
  if (moving !== update.release) return [];
  const hold = rollout.spec.paused === true || pauses.conditions.some(({ reason }) => outcomes.undecided.some((each) => each === reason));
  const goOn = pauses.advanceTo !== undefined && pauses.advanceTo > advanceTo && pauses.advanceTo > (standing?.at ?? -1);
  const spec = { ...(hold === paused ? {} : { paused: hold }), ...(goOn ? { advanceTo: pauses.advanceTo } : {}) };
  return Object.keys(spec).length === 0 ? [] : [{ release, spec }];
}
