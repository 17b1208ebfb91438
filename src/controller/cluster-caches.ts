import { isNotFound } from '../cluster/api-error.js';
import type { ClusterClient } from '../cluster/client.js';
import { createInformer } from '../cluster/create-informer.js';
import type { Informer, RunningInformer } from '../cluster/informer.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import { isPausingKind, pausingKinds } from './pausing.js';
import { serinResources, SIZE_ANNOTATION } from '../model/resources.js';
import { abortReason } from '../ports/clock.js';
import { routers } from '../routers/registry.js';
import { BlindSpots } from './blind-spots.js';
import type { Caches } from './caches.js';
import type { CachingOptions } from './caching.js';

/** How often a kind that the cluster does not serve yet is looked for, in milliseconds. */
const LOOK_FOR_KINDS = 15_000;

export interface ClusterCachesOptions extends CachingOptions {
  /** Called when a kind can be watched that could not be before. */
  readonly onSeen: (resource: Resource<KubernetesObject>) => void;
  /** Called when the cluster does not serve one of the kinds any more by which it keeps Deployments from rolling. */
  readonly onPausingLost: () => void;
}

/** How a kind is watched. */
interface StartOptions {
  readonly keepManagedFields?: boolean | ((object: KubernetesObject) => boolean);
  /** Whether work goes on without it where it may not be seen. */
  readonly isOptional?: boolean;
  /** Whether others are at work already, who have to look again when it is filled. */
  readonly isLate?: boolean;
  /** Called instead of an error when the cluster does not serve the kind any more. */
  readonly onUnserved?: () => void;
}

/** What nothing can be done without. */
const required: readonly Resource<KubernetesObject>[] = [
  serinResources.releasePolicies, serinResources.releases, serinResources.approvals, resources.deployments, resources.replicaSets, resources.pods, resources.jobs,
];

export interface ClusterCaches extends Caches {
  /** Why kinds that nothing can be done without cannot be watched at the moment; empty when all can. */
  readonly missing: readonly string[];
  untilSynced(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts to watch everything that releases depend on; routing kinds as soon as the cluster serves them. */
export function createClusterCaches(options: ClusterCachesOptions): ClusterCaches {
  const { client, clock, random, signal, onError } = options;
  const routing = new Map<string, Informer<KubernetesObject>>();
  const seen = new Map<string, { readonly version: string; readonly since: number }>();
  const running: RunningInformer<KubernetesObject>[] = [];
  const blind = new BlindSpots();
  const optional = new Map<string, AbortController>();
  const start = <T extends KubernetesObject>(resource: Resource<T>, { keepManagedFields = false, isOptional = false, isLate = false, onUnserved }: StartOptions = {}): RunningInformer<T> => {
    const place = options.namespace === undefined || !resource.namespaced ? {} : { namespace: options.namespace };
    const told = (error: Error): void => {
      if (onUnserved && isNotFound(error)) return onUnserved();
      const text = blind.failed(resource, error);
      if (text !== undefined) onError(text === error.message ? error : new Error(text, { cause: error }));
      if (blind.about(resource) !== undefined) optional.get(keyOf(resource))?.abort();
    };
    let isNews = isLate;
    const onListed = (): void => {
      if (blind.seen(resource) || isNews) options.onSeen(resource);
      isNews = false;
    };
    if (isOptional) optional.set(keyOf(resource), new AbortController());
    const informer = createInformer(client, resource, { clock, random, signal, onError: told, onListed, keepManagedFields, ...place });
    running.push(informer as unknown as RunningInformer<KubernetesObject>);
    informer.onChange(({ type, object }) => type === 'deleted' && seen.delete(idOf(object)));
    options.watch(informer);
    return informer;
  };
  const caches = {
    policies: start(serinResources.releasePolicies),
    releases: start(serinResources.releases),
    // Where a release sized them, it names who overwrote that.
    deployments: start(resources.deployments, { keepManagedFields: ({ metadata }) => metadata.annotations?.[SIZE_ANNOTATION] !== undefined }),
    replicaSets: start(resources.replicaSets),
    pods: start(resources.pods),
    jobs: start(resources.jobs),
    approvals: start(serinResources.approvals),
    // Without them no approval counts.
    approvalPolicy: start(resources.validatingAdmissionPolicies, { isOptional: true }),
    approvalBinding: start(resources.validatingAdmissionPolicyBindings, { isOptional: true }),
    // Only policies that name one need them.
    metricTemplates: start(serinResources.metricTemplates, { isOptional: true }),
    clusterMetricTemplates: options.namespace === undefined ? start(serinResources.clusterMetricTemplates, { isOptional: true }) : undefined,
    // Where they may not be seen nothing is frozen, and the log says so.
    freezeWindows: start(serinResources.freezeWindows, { isOptional: true }),
    clusterFreezeWindows: options.namespace === undefined ? start(serinResources.clusterFreezeWindows, { isOptional: true }) : undefined,
  };
  // Nobody shares the fields of a Pod with us, so routers need not see who wrote them: one copy is enough.
  routing.set(keyOf(resources.pods), caches.pods as unknown as Informer<KubernetesObject>);
  const wanted = new Map([...Object.values(routers).flatMap(({ watches }) => watches), ...pausingKinds].map((resource) => [keyOf(resource), resource] as const));
  const routingKinds = startServedKinds(false);

  /** Resolves when the first look is done; goes on looking for the kinds that are missing. */
  async function startServedKinds(isLate: boolean): Promise<void> {
    const isServed = servedKinds(client, signal);
    for (const [key, resource] of wanted) {
      if (routing.has(key) || !(await isServed(resource))) continue;
      // Routers name who overwrote a field of ours.
      routing.set(key, start(resource, { keepManagedFields: true, isOptional: true, isLate, ...(isPausingKind(resource) ? { onUnserved: () => forget(key) } : {}) }));
    }
  }

  /** What is not needed by everybody keeps nobody from working when it cannot be seen. */
  async function untilSyncedOrBlind(informer: RunningInformer<KubernetesObject>): Promise<void> {
    const gaveUp = optional.get(keyOf(informer.resource))?.signal;
    await informer.untilSynced(gaveUp ? AbortSignal.any([signal, gaveUp]) : signal).catch((error: unknown) => {
      if (signal.aborted || !gaveUp?.aborted) throw error;
    });
  }

  /** A cluster may be taken back to a version without the kind; what was last seen of it keeps no Deployment from rolling. */
  function forget(key: string): void {
    const lost = running.findIndex((each) => each === routing.get(key));
    if (lost < 0 || signal.aborted) return;
    routing.delete(key);
    for (const informer of running.splice(lost, 1)) void informer.stop();
    options.onPausingLost();
  }

  async function keepLooking(): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(LOOK_FOR_KINDS, signal);
      await startServedKinds(true);
    }
  }
  const looking = routingKinds.then(keepLooking).catch((error: unknown) => {
    if (!signal.aborted) onError(error instanceof Error ? error : new Error(String(error)));
  });

  return {
    ...caches,
    // One that was never filled is as good as none: for it nothing is done that depends on it (`blindness`).
    routing<T extends KubernetesObject>(resource: Resource<T>) {
      const informer = routing.get(keyOf(resource)) as Informer<T> | undefined;
      return informer?.synced ? informer : undefined;
    },
    sees: (namespace) => options.namespace === undefined || options.namespace === namespace,
    blindness(resource) {
      const known = [caches.metricTemplates, caches.clusterMetricTemplates, routing.get(keyOf(resource))].find((each) => each && keyOf(each.resource) === keyOf(resource));
      return known?.synced === false ? blind.about(resource) : undefined;
    },
    get missing() {
      return required.flatMap((resource) => blind.about(resource) ?? []);
    },
    unchangedSince(object) {
      const { metadata } = object;
      const id = idOf(object);
      const version = metadata.generation === undefined ? (metadata.resourceVersion ?? '') : String(metadata.generation);
      const known = seen.get(id);
      if (known?.version === version) return known.since;
      // What was there before this process was is as old as its last write, so that a new leader need not wait again.
      const since = known ? clock.now() : Math.min(clock.now(), lastWritten(object) ?? clock.now());
      seen.set(id, { version, since });
      return since;
    },
    async untilSynced() {
      await routingKinds;
      await Promise.all(running.map((informer) => untilSyncedOrBlind(informer)));
    },
    async stop() {
      await Promise.all(running.map((informer) => informer.stop()));
      await looking;
    },
  };
}

/** When anything of an object was written last by the server's clock, rounded up to its whole seconds; milliseconds since the epoch. */
function lastWritten({ metadata }: KubernetesObject): number | undefined {
  const times = (metadata.managedFields ?? []).flatMap(({ time }) => (time === undefined ? [] : Date.parse(time)));
  return times.length === 0 ? undefined : Math.max(...times) + 1000;
}

const idOf = ({ metadata, kind }: KubernetesObject): string => metadata.uid ?? `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;

const keyOf = ({ group, plural }: Pick<Resource, 'group' | 'plural'>): string => `${group}/${plural}`;

/** Tells whether a kind is served; asks once for all kinds of one version of a group. */
function servedKinds(client: ClusterClient, signal: AbortSignal): (resource: Resource<KubernetesObject>) => Promise<boolean> {
  const asked = new Map<string, Promise<ReadonlySet<unknown>>>();
  return async ({ group, version, plural }) => {
    const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const names = asked.get(path) ?? servedNames(client, path, signal);
    asked.set(path, names);
    return (await names).has(plural);
  };
}

/** The plurals of a version of a group; none where it is not served. */
async function servedNames(client: ClusterClient, path: string, signal: AbortSignal): Promise<ReadonlySet<unknown>> {
  try {
    const list: unknown = JSON.parse(await client.raw(path, undefined, { signal }));
    const served: unknown = typeof list === 'object' && list !== null ? Reflect.get(list, 'resources') : undefined;
    return new Set(Array.isArray(served) ? served.map((each: unknown) => (typeof each === 'object' && each !== null ? (Reflect.get(each, 'name') as unknown) : undefined)) : []);
  } catch (error) {
    if (signal.aborted) throw abortReason(signal);
    if (isNotFound(error)) return new Set();
    throw error;
  }
}
