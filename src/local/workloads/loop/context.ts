import type { ClusterClient } from '../../../cluster/client.js';
import type { Informer } from '../../../cluster/informer.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import type { Clock } from '../../../ports/clock.js';
import type { Random } from '../../../ports/random.js';
import type { ComponentEvents } from './component-events.js';
import type { Log } from './log.js';

/** Caches that all controllers share: one per resource. */
export interface InformerSource {
  /** The cache of this resource, started at the first call. */
  of<T extends KubernetesObject>(resource: Resource<T>): Informer<T>;
  /** Ends the cache of a resource that the server no longer has. */
  drop(resource: Resource<KubernetesObject>): Promise<void>;
}

/** What every controller is given. */
export interface WorkloadContext {
  readonly client: ClusterClient;
  readonly informers: InformerSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: ComponentEvents;
  readonly log: Log;
}

/** One controller, from start to stop. Its caches are synced before it is started. */
export interface Controller {
  start(): void;
  stop(): Promise<void>;
}
