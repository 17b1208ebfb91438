import { setMaxListeners } from 'node:events';
import type { ClusterClient } from '../../../cluster/client.js';
import { isNotFound } from '../../../cluster/api-error.js';
import type { Informer } from '../../../cluster/informer.js';
import { timestamp } from '../../../kubernetes/conditions.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import type { Clock } from '../../../ports/clock.js';

/** Which Pods get ready, and how soon. */
export interface ReadyPodsOptions {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly pods: Informer<Pod>;
  /** Milliseconds from a Pod's creation to its readiness. */
  readonly delay: number;
}

/** Stands in for nodes: marks each new Pod running and ready, unless its image contains `bad`. @returns how to stop */
export function markPodsReady({ client, clock, pods, delay }: ReadyPodsOptions): () => void {
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const mark = async (pod: Pod): Promise<void> => {
    await clock.sleep(delay, stopping.signal);
    const ready = { type: 'Ready', status: 'True', lastTransitionTime: timestamp(clock.now()) };
    const name = { name: pod.metadata.name, namespace: pod.metadata.namespace ?? '' };
    const patch = { kind: 'strategic', body: { metadata: { uid: pod.metadata.uid }, status: { phase: 'Running', conditions: [ready] } } } as const;
    await client.patch(resources.pods, name, patch, { subresource: 'status', signal: stopping.signal });
  };
  const unsubscribe = pods.onChange(({ type, object }) => {
    if (type !== 'added' || object.spec.containers.some(({ image }) => image?.includes('bad') === true)) return;
    mark(object).catch((error: unknown) => {
      if (!stopping.signal.aborted && !isNotFound(error)) throw error;
    });
  });
  return () => {
    unsubscribe();
    stopping.abort(new Error('stopping'));
  };
}
