import type { ClusterClient } from '../cluster/client.js';
import type { Informer } from '../cluster/informer.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';

/** What every set of caches is made with. */
export interface CachingOptions {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** The one namespace that is looked at; all when absent. */
  readonly namespace?: string;
  readonly onError: (error: Error) => void;
  /** Called for each informer, before the first `await`, so that no change is missed. */
  readonly watch: <T extends KubernetesObject>(informer: Informer<T>) => void;
}
