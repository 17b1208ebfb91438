import type { Command } from '../steps/step.js';
import { isReleased, type ComponentFacts } from './facts.js';
import type { Wish } from './goals.js';
import { standsAt } from './releasing.js';

/**
 * While a step is suspended by somebody, or after its run was ended or its time was over, the release that it moved raises no
 * share and starts no step. One that stands at its pause stands there anyway.
 */
export function heldFor(facts: ComponentFacts, { record, goal }: Wish): Command[] {
  const { moving } = facts;
  if (!isReleased(facts) || goal === undefined || moving === undefined) return [];
  const stopped = record.phase === 'suspending' || (record.phase === 'failed' && (record.reason === 'Terminate' || record.reason === 'Timeout'));
  if (!stopped || moving.spec.paused === true || moving.spec.canary.replicaSet !== goal.want || standsAt(moving, goal)) return [];
  return [{ release: moving.metadata.name ?? '', spec: { paused: true } }];
}
