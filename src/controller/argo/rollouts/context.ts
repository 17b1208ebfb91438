import type { advanceRollout } from '../../../frontends/argo/advance.js';
import type { AppliedObjects } from '../../applications/applied-objects.js';
import type { ControllerContext } from '../../context.js';
import type { OtherController } from '../../other-controller.js';
import type { ArgoCaches } from '../argo-caches.js';

/** What every part of the loop over Rollouts is given. */
export interface RolloutContext extends Pick<ControllerContext, 'client' | 'caches' | 'clock' | 'faults' | 'leadership' | 'conflicts' | 'events'> {
  readonly argo: ArgoCaches;
  readonly applied: AppliedObjects;
  readonly others: Pick<OtherController, 'about'>;
  readonly advance: typeof advanceRollout;
  readonly signal: AbortSignal;
  /** What the API server did not take at the last pass, by the key of the Rollout. */
  readonly refused: Map<string, string>;
  /** About which other controller something was said, by the key of the Rollout: said once, because that one overwrites it. */
  readonly toldOfOthers: Map<string, string>;
}

export interface RolloutName {
  readonly namespace: string;
  readonly name: string;
}

export const rolloutKey = ({ namespace, name }: RolloutName): string => `${namespace}/${name}`;

/** Reads a key back. */
export function rolloutAt(key: string): RolloutName {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}
