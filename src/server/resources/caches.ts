import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import type { ClusterClient } from '../../cluster/client.js';
import { createInformer } from '../../cluster/create-informer.js';
import type { RunningInformer } from '../../cluster/informer.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import { unavailable } from '../errors.js';

/** What the caches are made with. */
export interface CacheParts {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly random: Random;
  /** The one namespace that is looked at; all when absent. */
  readonly namespace?: string;
  /** Told of every fault that is being mended. */
  readonly onError: (error: Error, about: string) => void;
}

/** How long a request waits for the first list, in milliseconds. */
const PATIENCE = 10_000;

/** What the server knows of the cluster. Objects in it are shared: never change them. */
export type ResourceCaches = ReturnType<typeof startCaches>;

/** Starts to watch everything that the API tells of. */
export function startCaches({ client, clock, random, namespace, onError }: CacheParts) {
  const all: RunningInformer<KubernetesObject>[] = [];
  const watch = <T extends KubernetesObject>(resource: Resource<T>, keepManagedFields = false): RunningInformer<T> => {
    const informer = createInformer(client, resource, {
      clock, random, keepManagedFields, onError: (error) => onError(error, resource.plural),
      ...(namespace === undefined || !resource.namespaced ? {} : { namespace }),
    });
    all.push(informer as unknown as RunningInformer<KubernetesObject>);
    return informer;
  };
  const caches = {
    // Managed fields name the tools that told a release something.
    releases: watch(serinResources.releases, true),
    policies: watch(serinResources.releasePolicies),
    approvals: watch(serinResources.approvals),
    evidence: watch(serinResources.evidence),
    imageUpdates: watch(serinResources.imageUpdates),
    imageApprovals: watch(serinResources.imageApprovals),
    imagePolicies: watch(serinResources.imagePolicies),
    freezeWindows: watch(serinResources.freezeWindows),
    clusterFreezeWindows: namespace === undefined ? watch(serinResources.clusterFreezeWindows) : undefined,
    replicaSets: watch(resources.replicaSets),
    pods: watch(resources.pods),
  };
  return {
    ...caches,
    /**
     * Resolves when releases and policies are known; the rest may be out of reach for this server, and is left out then.
     * @throws HttpError 503 where that takes too long
     */
    async untilReady(signal: AbortSignal): Promise<void> {
      if (caches.releases.synced && caches.policies.synced) return;
      const ending = new AbortController();
      const either = AbortSignal.any([signal, ending.signal]);
      const tooLong = clock.sleep(PATIENCE, either).then(
        () => { throw unavailable('The server has not read the releases of the cluster yet; try again in a few seconds.'); },
        () => undefined,
      );
      try {
        await Promise.race([tooLong, Promise.all([caches.releases.untilSynced(either), caches.policies.untilSynced(either)])]);
      } finally {
        ending.abort();
      }
    },
    async stop(): Promise<void> {
      await Promise.all(all.map((informer) => informer.stop()));
    },
  };
}
