import type { Registry } from 'prom-client';
import type { ClusterClient } from '../cluster/client.js';
import type { Informer } from '../cluster/informer.js';
import type { FrontendName } from '../frontends/names.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import type { AddressOf } from '../metrics/requesting/requester.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import { startApplications } from './applications/applications.js';
import { startArgo } from './argo/argo.js';
import type { Caches } from './caches.js';
import type { EventSink } from './context.js';
import type { GateCall } from './gates.js';
import type { WriteContext } from './writes.js';

/** What the loop of a front end is given by the controller that it belongs to. */
export interface FrontendParts {
  readonly writing: WriteContext;
  readonly caches: Caches;
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly events: EventSink;
  /** Posts what workflows send. */
  readonly call: GateCall;
  /** Where a name of the cluster is really found, for what is asked by URL; as it is when absent. */
  readonly addressOf?: AddressOf;
  /** The one namespace that is worked in; all when absent. */
  readonly namespace?: string;
  /** The Prometheus that metrics ask where they name none. */
  readonly prometheusAddress?: string;
  /** True where ConfigMaps and Secrets may not be read. */
  readonly withoutConfig: boolean;
  /** Where a front end puts the metrics that its users know; nowhere when absent. */
  readonly registry?: Registry;
  readonly onError: (error: Error, about: string) => void;
}

/** A loop of its own beside that over policies and releases: what it reads and writes are objects of another language. */
export interface FrontendLoop {
  /** Listens to a cache of the controller. */
  watch<T extends KubernetesObject>(informer: Informer<T>): void;
  /** Resolves when its caches are filled; nothing is worked on before. */
  untilReady(): Promise<void>;
  /** Why kinds that nothing can be done without cannot be watched at the moment. */
  missing(): readonly string[];
  queueDepth(): number;
  /** Whether a policy stands for what another controller looks after: then it and its releases are left as they are. Never, when absent. */
  leavesAlone?(policy: ReleasePolicy): boolean;
  /** Looks at everything anew: after becoming the leader. */
  lookAtEverything(): void;
  stop(): Promise<void>;
}

/** The loops of all front ends. */
export const frontendLoops: Readonly<Record<FrontendName, (parts: FrontendParts) => FrontendLoop>> = { kubevela: (parts) => startApplications(parts), argo: startArgo };
