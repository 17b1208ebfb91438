import { createInformer } from '../../cluster/create-informer.js';
import type { Informer, RunningInformer } from '../../cluster/informer.js';
import { oamResources, type Application, type ApplicationRevision } from '../../frontends/kubevela/application.js';
import { APP_NAME, REVISION_COMPONENT } from '../../frontends/kubevela/labels.js';
import { rolloutResource } from '../../frontends/kubevela/rollout-object.js';
import type { ControllerRevision } from '../../kubernetes/generated/apps-v1.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { BlindSpots } from '../blind-spots.js';
import type { Caches } from '../caches.js';
import type { CachingOptions } from '../caching.js';

export interface ApplicationCachesOptions extends CachingOptions {
  /** What the controller sees anyway. */
  readonly shared: Caches;
}

/** What is seen of Applications and of what they are turned into. */
export interface ApplicationCaches {
  readonly applications: Informer<Application>;
  readonly applicationRevisions: Informer<ApplicationRevision>;
  /** Those that hold components. */
  readonly controllerRevisions: Informer<ControllerRevision>;
  /** The cache of a kind; undefined for one that cannot be seen. */
  of(resource: Pick<Resource, 'group' | 'kind'>): Informer<KubernetesObject> | undefined;
  /** Why kinds that nothing can be done without cannot be watched at the moment. */
  readonly missing: readonly string[];
  untilSynced(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts to watch what only Applications need. */
export function createApplicationCaches(options: ApplicationCachesOptions): ApplicationCaches {
  const { client, clock, random, signal, shared } = options;
  const blind = new BlindSpots();
  const running: RunningInformer<KubernetesObject>[] = [];
  const start = <T extends KubernetesObject>(resource: Resource<T>, more: { labelSelector?: string; keepManagedFields?: boolean } = {}): RunningInformer<T> => {
    const onError = (error: Error): void => {
      const text = blind.failed(resource, error);
      if (text !== undefined) options.onError(text === error.message ? error : new Error(text, { cause: error }));
    };
    const place = options.namespace === undefined ? {} : { namespace: options.namespace };
    const informer = createInformer(client, resource, { clock, random, signal, onError, onListed: () => void blind.seen(resource), ...place, ...more });
    running.push(informer as unknown as RunningInformer<KubernetesObject>);
    options.watch(informer);
    return informer;
  };
  const own = {
    // Who else writes their status is seen by who owns its fields.
    applications: start(oamResources.applications, { keepManagedFields: true }),
    applicationRevisions: start(oamResources.applicationRevisions),
    controllerRevisions: start(resources.controllerRevisions, { labelSelector: REVISION_COMPONENT }),
  };
  const required = [...running];
  // Missed only where somebody changes or deletes them by hand.
  start(resources.gateways, { labelSelector: APP_NAME });
  start(rolloutResource, { labelSelector: APP_NAME });
  return {
    ...own,
    of({ group, kind }) {
      const is = (informer: Informer<KubernetesObject> | undefined): boolean => informer?.resource.group === group && informer.resource.kind === kind;
      const mine = running.find(is);
      if (mine) return mine.synced ? mine : undefined;
      const always = [shared.deployments, shared.policies] as unknown as Informer<KubernetesObject>[];
      return always.find(is) ?? shared.routing({ group, kind, version: 'v1', plural: ROUTING_PLURALS[kind] ?? '', namespaced: true });
    },
    get missing() {
      return required.flatMap(({ resource }) => blind.about(resource) ?? []);
    },
    async untilSynced() {
      await Promise.all(required.map((informer) => informer.untilSynced(signal)));
    },
    async stop() {
      await Promise.all(running.map((informer) => informer.stop()));
    },
  };
}

const ROUTING_PLURALS: Readonly<Record<string, string>> = Object.fromEntries([resources.services, resources.virtualServices, resources.destinationRules].map(({ kind, plural }) => [kind, plural]));
