import { fateOf } from '../../engine/analysis-steps.js';
import { stepOf, type Step } from '../../model/plan.js';
import { hasEnded, type Release } from '../../model/release.js';
import { heldOf } from './held.js';

/** How long a release may wait for something that takes no such time, in milliseconds. */
export const PATIENCE = 600_000;

/** Since when a release has got no further, and from when on that is told. Milliseconds since the epoch. */
export interface Standstill {
  readonly since: number;
  readonly from: number;
}

/**
 * When a release is stuck if nothing happens until then. Undefined for one that has ended, is paused, or waits for people, whom
 * another message asks.
 */
export function standstillOf(release: Release): Standstill | undefined {
  const { spec, status } = release;
  if (!status || hasEnded(status.phase) || spec.paused === true || heldOf(release) || status.asksAgain) return undefined;
  const planned = spec.plan.steps[status.step.index];
  const step = planned && stepOf(planned);
  const own = status.phase === 'Progressing' ? (step ? timeOf(release, step) : 0) : spec.plan.drainMilliseconds;
  if (own === undefined) return undefined;
  const times = [status.step.startedAt, status.startedAt, status.waitingSince, status.log?.at(-1)?.time].map((time) => Date.parse(time ?? '')).filter((time) => !Number.isNaN(time));
  if (times.length === 0) return undefined;
  const since = Math.max(...times);
  return { since, from: since + own + PATIENCE };
}

/** How long a step takes by itself, in milliseconds; undefined for one that waits for people. */
function timeOf({ spec, status }: Release, step: Step): number | undefined {
  switch (step.kind) {
    case 'pause':
      return step.milliseconds;
    case 'approve':
      return undefined;
    case 'analyze':
      if (status?.step.askedAt !== undefined && fateOf(spec, step) === 'ask') return undefined;
      return step.milliseconds ?? spec.plan.analysis?.undecided.milliseconds ?? 0;
    case 'job':
    case 'gate':
      return step.milliseconds;
    default:
      return 0;
  }
}
