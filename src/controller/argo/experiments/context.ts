import type { advanceExperiment } from '../../../frontends/argo/experiments/advance.js';
import type { Caches } from '../../caches.js';
import type { EventSink } from '../../context.js';
import type { OtherController } from '../../other-controller.js';
import type { WriteContext } from '../../writes.js';
import type { Clock } from '../../../ports/clock.js';
import type { ArgoCaches } from '../argo-caches.js';

/** What every part of the loop over Experiments is given. */
export interface ExperimentContext extends WriteContext {
  readonly caches: Caches;
  readonly argo: ArgoCaches;
  readonly clock: Clock;
  readonly events: Pick<EventSink, 'note'>;
  readonly advance: typeof advanceExperiment;
  /** What the API server said to objects that it did not take, by the key of the Experiment and by object. */
  readonly refused: Map<string, Map<string, string>>;
  readonly others: Pick<OtherController, 'about'>;
}

export interface ExperimentName {
  readonly namespace: string;
  readonly name: string;
}

export const experimentKey = ({ namespace, name }: ExperimentName): string => `${namespace}/${name}`;

export function experimentAt(key: string): ExperimentName {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}
