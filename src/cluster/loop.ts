import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import type { ClusterClient } from './client.js';
import type { Informer } from './informer.js';

/** Where a name of the cluster and a port are really found; undefined for what is no name of the cluster. */
export type FindAddress = (host: string, port: number) => Promise<{ readonly host: string; readonly port: number } | undefined>;

/** What a loop is given by the controller that it belongs to. */
export interface LoopParts {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends it, as `stop()` does. */
  readonly signal: AbortSignal;
  /** Whether this process leads; one that does not only looks. Asked before each write. */
  readonly mayWrite: () => boolean;
  /** A cache that the controller keeps; undefined for kinds that it does not watch. Objects in it are shared: never change them. */
  readonly shared: <T extends KubernetesObject>(resource: Resource<T>) => Informer<T> | undefined;
  /** Writes an Event about an object. */
  readonly note: (about: KubernetesObject, event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }) => void;
  /** The one namespace that is worked in; all when absent. */
  readonly namespace?: string;
  /** True where ConfigMaps and Secrets may not be read. */
  readonly withoutConfig: boolean;
  readonly findAddress?: FindAddress;
  /** Told of every fault that is being mended. */
  readonly onError: (error: Error, about: string) => void;
}

/** Work beside that on policies and releases, by the same leader. */
export interface Loop {
  /** Resolves when its caches are filled; nothing is worked on before. */
  untilReady(): Promise<void>;
  /** Why kinds that nothing can be done without cannot be watched at the moment. */
  missing(): readonly string[];
  queueDepth(): number;
  /** Looks at everything anew: after becoming the leader. */
  lookAtEverything(): void;
  stop(): Promise<void>;
}

export type StartLoop = (parts: LoopParts) => Loop;
