import { setMaxListeners } from 'node:events';
import { isNotFound } from '../../src/cluster/api-error.js';
import { TransportError } from '../../src/cluster/transport-error.js';
import type { ClusterClient } from '../../src/cluster/client.js';
import type { Informer } from '../../src/cluster/informer.js';
import { timestamp } from '../../src/kubernetes/conditions.js';
import type { Pod, PodStatus } from '../../src/kubernetes/generated/core-v1.js';
import { resources } from '../../src/kubernetes/resources.js';
import type { Clock } from '../../src/ports/clock.js';

export interface NodeOptions {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly pods: Informer<Pod>;
  /** Milliseconds from a Pod's creation to its readiness. */
  readonly delay: number;
  /** Whether Pods wait for a scheduler. */
  readonly scheduled: boolean;
}

/** How long it waits when the server does not answer, in milliseconds. */
const RETRY = 200;

/**
 * Stands in for nodes. What becomes of a Pod is in its image: `bad` and `never-ready` never get ready, `missing` cannot be pulled, `crash`
 * ends again and again, all others get ready.
 * @returns how to stop
 */
export function startNode({ client, clock, pods, delay, scheduled }: NodeOptions): () => void {
  const stopping = new AbortController();
  // Every Pod on its way listens.
  setMaxListeners(0, stopping.signal);
  const started = new Set<string>();
  const addresses = { next: 1 };
  const run = async (pod: Pod): Promise<void> => {
    await clock.sleep(delay, stopping.signal);
    const name = { name: pod.metadata.name, namespace: pod.metadata.namespace ?? '' };
    const status = { ...statusOf(pod, timestamp(clock.now())), startTime: timestamp(clock.now()), podIP: `10.244.${Math.floor(addresses.next / 250)}.${(addresses.next++ % 250) + 1}` };
    for (;;) {
      try {
        await client.patch(resources.pods, name, { kind: 'strategic', body: { metadata: { uid: pod.metadata.uid }, status } }, { subresource: 'status', signal: stopping.signal });
        return;
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        await clock.sleep(RETRY, stopping.signal);
      }
    }
  };
  const unsubscribe = pods.onChange(({ type, object }) => {
    const uid = object.metadata.uid ?? '';
    if (type === 'deleted' || started.has(uid) || (object.status?.podIP ?? '') !== '') return;
    if (scheduled && (object.spec.nodeName ?? '') === '') return;
    started.add(uid);
    run(object).catch((error: unknown) => {
      if (!stopping.signal.aborted && !isNotFound(error)) throw error;
    });
  });
  return () => {
    unsubscribe();
    stopping.abort(new Error('stopping'));
  };
}

function statusOf({ spec }: Pod, time: string): PodStatus {
  const [container] = spec.containers;
  const image = container?.image ?? '';
  const ready = (is: boolean) => [{ type: 'Ready', status: is ? 'True' : 'False', lastTransitionTime: time }];
  const waiting = (reason: string, message: string, restartCount: number): PodStatus => ({
    phase: 'Pending',
    conditions: ready(false),
    containerStatuses: [{
      name: container?.name ?? '', image, imageID: '', ready: false, restartCount,
      state: { waiting: { reason, message } },
      ...(restartCount > 0 ? { lastState: { terminated: { exitCode: 1 } } } : {}),
    }],
  });
  if (image.includes('missing')) return waiting('ErrImagePull', `image ${image} not found`, 0);
  if (image.includes('crash')) return waiting('CrashLoopBackOff', 'back-off restarting failed container', 3);
  return { phase: 'Running', conditions: ready(!/bad|never-ready/.test(image)) };
}
