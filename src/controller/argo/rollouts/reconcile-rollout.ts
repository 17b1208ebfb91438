import { message } from '../../../model/messages.js';
import { ApplyRefused } from '../../applications/apply-objects.js';
import { carryOut } from './carry-out.js';
import { rolloutKey, type RolloutContext, type RolloutName } from './context.js';
import { observeRollout } from './observe-rollout.js';
import { recordStatus, withRefusal } from './record-status.js';

/** How long it is until what nobody watches is looked at again, in milliseconds. */
const UNWATCHED = 30_000;

/**
 * One pass over one Rollout: observe, decide, write the decision down, then do what is written down.
 * @returns when to look again, milliseconds since the epoch
 */
export async function reconcileRollout(context: RolloutContext, at: RolloutName): Promise<number | undefined> {
  const key = rolloutKey(at);
  const rollout = context.argo.rollouts.get(at);
  // What it was turned into goes with it, by owner references.
  if (!rollout || rollout.metadata.deletionTimestamp !== undefined) return letGoOf(context, at);
  const now = context.clock.now();
  const other = context.others.about(rollout);
  if (other) {
    if (context.toldOfOthers.get(key) === other.name) return other.until;
    context.toldOfOthers.set(key, other.name);
  } else context.toldOfOthers.delete(key);
  const decision = context.advance(rollout, await observeRollout(context, rollout, other?.text), now);
  const recorded = await recordStatus(context, rollout, withRefusal(decision.status, rollout.status, context.refused.get(key), now));
  for (const { reason, text, type } of decision.events) context.events.note(recorded, { type, reason, message: text });
  if (other) return other.until;
  let spared: number | undefined;
  try {
    spared = await carryOut(context, recorded, decision);
  } catch (error) {
    if (error instanceof ApplyRefused && context.refused.get(key) !== error.message) {
      context.refused.set(key, error.message);
      context.events.record(recorded, message('WriteRefused', { detail: error.message }), 'Warning');
    }
    throw error;
  }
  // What was refused has gone through: the next pass says so.
  if (context.refused.delete(key)) return now;
  const unwatched = rollout.spec.workloadRef?.kind === 'PodTemplate' ? now + UNWATCHED : undefined;
  return earliest(decision.lookAgainAt, spared, unwatched);
}

function earliest(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Forgets what was known of a Rollout that is gone, or that another controller leads. */
export function letGoOf(context: Pick<RolloutContext, 'applied' | 'refused' | 'toldOfOthers'>, at: RolloutName): undefined {
  const key = rolloutKey(at);
  context.applied.forget(key);
  context.refused.delete(key);
  context.toldOfOthers.delete(key);
}
