import { setMaxListeners } from 'node:events';
import type { ClusterClient } from '../../../../cluster/client.js';
import type { Informer } from '../../../../cluster/informer.js';
import type { KubernetesObject } from '../../../../kubernetes/objects.js';
import { describe as inWords, type Message } from '../../../../model/messages.js';
import { systemClock } from '../../../../ports/clock.js';
import { seededRandom } from '../../../../ports/random.js';
import { createClusterCaches } from '../../../cluster-caches.js';
import { Conflicts } from '../../../conflicts.js';
import type { FrontendLoop } from '../../../frontend-loop.js';
import { createArgoCaches, type ArgoCaches } from '../../argo-caches.js';
import { startAnalysisRuns } from '../analysis-runs.js';

export interface LoopOptions {
  /** As Serin. */
  readonly client: ClusterClient;
  /** Collects what goes wrong. */
  readonly errors: string[];
  /** Collects Events, with the name of their object. */
  readonly told?: string[];
  readonly mayWrite?: () => boolean;
  /** Called on either side of each write. */
  readonly reach?: (boundary: string) => void;
  readonly withoutConfig?: boolean;
  readonly prometheusAddress?: string;
}

/** One process of the controller, as far as AnalysisRuns go. */
export interface RunningLoop {
  readonly argo: ArgoCaches;
  readonly loop: FrontendLoop;
  stop(): Promise<void>;
}

/** Starts the loop with caches of its own, and resolves when they are filled. */
export async function startLoop({ client, errors, told = [], mayWrite = () => true, reach = () => undefined, withoutConfig = false, prometheusAddress }: LoopOptions): Promise<RunningLoop> {
  const stopping = new AbortController();
  setMaxListeners(100, stopping.signal);
  const random = seededRandom(2);
  const seen: Informer<KubernetesObject>[] = [];
  const onError = (error: Error): void => void (stopping.signal.aborted || errors.push(error.message));
  const shared = { client, clock: systemClock, random, signal: stopping.signal, onError };
  const caches = createClusterCaches({ ...shared, onPausingLost: () => undefined, onSeen: () => undefined, watch: (informer) => void seen.push(informer as unknown as Informer<KubernetesObject>) });
  const argo = createArgoCaches({ ...shared, watch: () => undefined });
  const leadership = { mayWrite: () => !stopping.signal.aborted && mayWrite(), epoch: () => 1 };
  const writing = { client, leadership, conflicts: new Conflicts(random), faults: { reach: (boundary: string) => Promise.resolve().then(() => reach(boundary)) } };
  const events = { record: (about: KubernetesObject, what: Message) => void told.push(`${about.metadata.name}: ${inWords(what)}`), note: () => undefined };
  const loop = startAnalysisRuns({ ...shared, writing, caches, events, withoutConfig, call: () => Promise.reject(new Error('nothing is called')), ...(prometheusAddress === undefined ? {} : { prometheusAddress }) }, argo);
  for (const informer of seen) loop.watch(informer);
  await Promise.all([caches.untilSynced(), argo.untilSynced(), loop.untilReady()]);
  loop.lookAtEverything();
  return {
    argo, loop,
    async stop() {
      stopping.abort(new Error('over'));
      await loop.stop();
      await Promise.all([caches.stop(), argo.stop()]);
    },
  };
}
