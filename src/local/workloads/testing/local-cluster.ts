import { createClient } from '../../../cluster/create-client.js';
import type { ClusterClient } from '../../../cluster/client.js';
import { intercepted, type Interception } from '../../../cluster/testing/local-cluster.js';
import { resources } from '../../../kubernetes/resources.js';
import { seededRandom } from '../../../ports/random.js';
import type { Transport } from '../../../ports/transport.js';
import { VirtualClock } from '../../../ports/virtual-clock.js';
import { createApi } from '../../api/api.js';
import { memoryStore } from '../../api/memory-store.js';
import { SharedInformers } from '../loop/shared-informers.js';
import { silentLog, type Log } from '../loop/log.js';
import { startWorkloads, type ControllerName } from '../run-workloads.js';
import { laggingTransport } from './lagging-transport.js';
import { markPodsReady } from './ready-pods.js';

/** How a test wants its cluster; nothing is required. */
export interface LocalClusterOptions {
  readonly seed?: number;
  readonly without?: readonly ControllerName[];
  readonly logger?: Log;
  /** Milliseconds that each event of a watch comes late to the controllers. */
  readonly lag?: number;
  /** What becomes of requests of the controllers. */
  readonly intercept?: Interception;
  /** Milliseconds between two looks of an autoscaler. */
  readonly autoscalerPeriod?: number;
  /** Milliseconds until a Pod is ready; undefined for no stand-in for nodes. */
  readonly readyAfter?: number;
}

/** A whole cluster in one process and in virtual time: API, controllers, and a stand-in for nodes. */
export interface LocalCluster {
  readonly clock: VirtualClock;
  readonly client: ClusterClient;
  readonly transport: Transport;
  /** Caches for looking on. */
  readonly informers: SharedInformers;
  /** Lets so many virtual milliseconds pass. */
  pass(milliseconds: number): Promise<void>;
  stop(): Promise<void>;
}

const STEP_MS = 10;
/** After so many steps in which no wait ended, nothing is under way any more: all that is left waits for its time. */
const QUIET_STEPS = 5;

/** Starts one; whoever does stops it. */
export async function startLocalCluster({ seed = 1, without = ['scheduler', 'node-lifecycle'], logger = silentLog, lag, intercept, readyAfter, autoscalerPeriod }: LocalClusterOptions = {}): Promise<LocalCluster> {
  const clock = new VirtualClock();
  const random = seededRandom(seed);
  const store = memoryStore();
  const api = createApi({ store, clock, random });
  const transport = api.transport();
  const client = createClient(transport, { fieldManager: 'workloads', clock, random });
  const informers = new SharedInformers(client, clock, random, logger);
  const delayed = lag === undefined ? transport : laggingTransport(transport, clock, lag);
  const disturbed = intercept === undefined ? delayed : intercepted(delayed, intercept);
  const theirs = disturbed === transport ? client : createClient(disturbed, { fieldManager: 'workloads', clock, random });
  const workloads = startWorkloads({ client: theirs, clock, random, logger, without, ...(autoscalerPeriod !== undefined && { autoscalerPeriod }) });
  await workloads.ready;
  const pods = informers.of(resources.pods);
  await pods.untilSynced();
  const stopMarking = readyAfter === undefined ? undefined : markPodsReady({ client, clock, pods, delay: readyAfter });
  return {
    clock,
    client,
    transport,
    informers,
    async pass(milliseconds) {
      const end = clock.now() + milliseconds;
      for (let quiet = 0; clock.now() < end; ) {
        const idle = Math.min(end, clock.nextDue() ?? end) - clock.now();
        const step = quiet < QUIET_STEPS ? Math.min(STEP_MS, end - clock.now()) : Math.max(STEP_MS, idle);
        quiet = idle > step ? quiet + 1 : 0;
        await clock.advance(step);
      }
    },
    async stop() {
      stopMarking?.();
      await workloads.stop();
      await informers.stop();
      await api.close();
      await store.close();
    },
  };
}
