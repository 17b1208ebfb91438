import { resources } from '../../src/kubernetes/resources.js';
import { systemClock } from '../../src/ports/clock.js';
import type { TestCluster } from './local-cluster.js';

/** The extremes of a program's size in a time. */
export interface SizesSeen {
  /** Pods that its ReplicaSets asked for together. */
  readonly mostWanted: number;
  /** Pods that were ready together. */
  readonly leastReady: number;
}

/** Looks at the ReplicaSets of a namespace again and again until told to stop. */
export function watchSizes({ client }: TestCluster, namespace: string): { stop(): Promise<SizesSeen> } {
  const ending = new AbortController();
  let [mostWanted, leastReady] = [0, Number.POSITIVE_INFINITY];
  const look = async (): Promise<void> => {
    const { items } = await client.list(resources.replicaSets, { namespace });
    mostWanted = Math.max(mostWanted, items.reduce((sum, { spec }) => sum + (spec.replicas ?? 0), 0));
    leastReady = Math.min(leastReady, items.reduce((sum, { status }) => sum + (status?.readyReplicas ?? 0), 0));
  };
  const looking = (async () => {
    while (!ending.signal.aborted) {
      await look();
      await systemClock.sleep(100, ending.signal).catch(() => undefined);
    }
  })();
  looking.catch(() => undefined);
  return {
    async stop() {
      ending.abort();
      await looking;
      return { mostWanted, leastReady };
    },
  };
}
