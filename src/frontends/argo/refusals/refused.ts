import { findCondition } from '../../../kubernetes/conditions.js';
import { hasEnded } from '../../../model/release.js';
import type { Rollout } from '../kinds/rollout.js';
import type { RolloutDecision } from '../rollout-decision.js';
import type { RolloutObservation } from '../rollout-observation.js';
import { withMessage } from '../status/conditions.js';
import { phaseOf } from '../status/phase.js';
import { reasons } from '../status/texts.js';

/**
 * A Rollout that cannot be run as it is: everything stays as it is and the status says all that is wrong. An abort needs no
 * spec, so it is carried out.
 */
export function refused({ metadata, spec, status: found = {} }: Rollout, { releases }: RolloutObservation, problems: readonly string[], now: number): Pick<RolloutDecision, 'status' | 'events' | 'commands'> {
  const text = `The Rollout ${JSON.stringify(metadata.name)} is invalid: ${problems.join(' ')}`;
  const known = findCondition(found.conditions, 'InvalidSpec');
  const conditions = withMessage(found.conditions ?? [], { type: 'InvalidSpec', status: 'True', reason: reasons.invalid, message: text }, now);
  const status = { ...found, observedGeneration: String(metadata.generation ?? 0), conditions };
  const last = releases.at(-1);
  const moving = last !== undefined && !hasEnded(last.status?.phase ?? 'Preparing');
  return {
    status: { ...status, ...phaseOf(spec, status) },
    events: known?.message === text ? [] : [{ reason: reasons.invalid, text, type: 'Warning' }],
    commands: moving && found.abort === true && last.spec.abort !== true ? [{ release: last.metadata.name, spec: { abort: true } }] : [],
  };
}
