import type { ClusterClient } from '../../../src/cluster/client.js';
import { isConflict, isNotFound } from '../../../src/cluster/api-error.js';
import { guarded } from '../../../src/controller/routing.js';
import type { KubernetesObject, Resource } from '../../../src/kubernetes/objects.js';
import type { RouterConfigs } from '../../../src/model/policy/routers.js';
import { equalSplits, type Split } from '../../../src/model/split.js';
import { systemClock } from '../../../src/ports/clock.js';
import { configuredRouter, type ConfiguredRouter } from '../../../src/routers/registry.js';
import type { Claim, Found, FoundObject, ReleaseContext, RouterContext, RoutingPlan, RoutingState, RoutingWrite } from '../../../src/routers/router.js';

const POLL_MILLISECONDS = 100;

/** One release's routes on a real API server, written by Serin's routers as the controller has them written. */
export class RealSteering {
  readonly context: RouterContext;
  readonly #client: ClusterClient;
  readonly #router: ConfiguredRouter;
  readonly #since = new Map<string, number>();
  #claims: readonly Claim[] = [];
  #lastWritten: Split | undefined;

  constructor(client: ClusterClient, configs: RouterConfigs, context: RouterContext) {
    this.#client = client;
    this.#router = configuredRouter(configs);
    this.context = context;
  }

  /** What of a split the product cannot be told. */
  async inexpressible(split: Split): Promise<string[]> {
    const { router, config } = this.#router;
    return (router.inexpressible?.(config, split, this.context, await this.#look()) ?? []).map(({ place, problem }) => `${place}: ${problem}`);
  }

  /** Goes the whole way to a split. @throws Error with what it waits for when that takes too long, or when it is not read back as accepted */
  async go(split: Split, seconds = 60): Promise<void> {
    const { router, config } = this.#router;
    await this.#follow((found) => {
      const plan = router.write(config, split, found, this.#claims, { ...this.context, lastWritten: this.#lastWritten });
      this.#claims = structuredClone(plan.claims);
      return plan;
    }, seconds);
    this.#lastWritten = split;
    const { accepted, problems } = await this.read();
    if (!equalSplits(accepted, split)) throw new Error(`accepted is ${JSON.stringify(accepted)} and not ${JSON.stringify(split)}: ${JSON.stringify(problems)}`);
  }

  async read(): Promise<RoutingState> {
    const { router, config } = this.#router;
    return router.read(config, await this.#look(), this.#claims, { ...this.context, lastWritten: this.#lastWritten });
  }

  /** Puts everything back. */
  async release(after?: ReleaseContext['after'], seconds = 60): Promise<void> {
    const { router, config } = this.#router;
    await this.#follow((found) => router.release(config, found, this.#claims, { ...this.context, ...(after ? { after } : {}) }), seconds);
  }

  async #follow(plan: (found: Found) => RoutingPlan, seconds: number): Promise<void> {
    for (const end = systemClock.monotonic() + seconds * 1000; ; ) {
      const stage = plan(await this.#look()).stages.find(({ writes, waitsFor }) => writes.length > 0 || waitsFor !== undefined);
      if (!stage) return;
      if (systemClock.monotonic() > end) throw new Error(`not within ${seconds} s: ${stage.name}: ${stage.waitsFor ?? JSON.stringify(stage.writes)}`);
      try {
        for (const write of stage.writes) await this.#send(write);
      } catch (error) {
        // A product may have written a status meanwhile; the controller looks again, too.
        if (!isConflict(error)) throw error;
      }
      if (stage.writes.length === 0) await systemClock.sleep(POLL_MILLISECONDS);
    }
  }

  async #send(write: RoutingWrite): Promise<void> {
    const { namespace } = this.context;
    const fieldManager = 'serin';
    if (write.action === 'create') await this.#client.create(write.resource, { ...write.object, metadata: { namespace, ...write.object.metadata } }, { fieldManager });
    else if (write.action === 'patch') await this.#client.patch(write.resource, { namespace: write.namespace ?? namespace, name: write.name }, { kind: write.patchKind, body: guarded(write) }, { fieldManager });
    else await this.#client.delete(write.resource, { namespace: write.namespace ?? namespace, name: write.name }, { preconditions: { resourceVersion: write.resourceVersion } });
  }

  /** Reads all that the router watches. */
  async #look(): Promise<Found> {
    const kinds = new Map<string, Map<string, FoundObject>>();
    const now = systemClock.now();
    for (const resource of this.#router.router.watches) {
      const items = await this.#list(resource);
      if (items) kinds.set(kindOf(resource), new Map(items.map((object) => [keyOf(object.metadata.name, object.metadata.namespace), { object, unchangedSince: this.#unchangedSince(object, now) }])));
    }
    const own = this.context.namespace;
    // What was listed under a resource is of its type.
    return {
      now,
      get: <T extends KubernetesObject>(resource: Resource<T>, name: string, namespace = own) => kinds.get(kindOf(resource))?.get(keyOf(name, resource.namespaced ? namespace : undefined)) as (FoundObject & { readonly object: T }) | undefined,
      list: <T extends KubernetesObject>(resource: Resource<T>, namespace = own) =>
        [...(kinds.get(kindOf(resource))?.values() ?? [])].map(({ object }) => object as T).filter(({ metadata }) => !resource.namespaced || metadata.namespace === namespace),
      serves: (resource) => kinds.has(kindOf(resource)),
    };
  }

  async #list(resource: Resource<KubernetesObject>): Promise<KubernetesObject[] | undefined> {
    try {
      const { items } = await this.#client.list(resource);
      return items.map((item) => ({ ...item, apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`, kind: resource.kind }));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Since when this generation is known to us; of what was there before, since it was written last. */
  #unchangedSince({ kind, metadata }: KubernetesObject, now: number): number {
    const key = `${kind} ${metadata.uid ?? ''} ${metadata.generation ?? metadata.resourceVersion ?? ''}`;
    const known = this.#since.get(key);
    if (known !== undefined) return known;
    this.#since.set(key, now);
    return now;
  }
}

const kindOf = ({ group, kind }: Resource<KubernetesObject>): string => `${group}/${kind}`;
const keyOf = (name: string, namespace: string | undefined): string => `${namespace ?? ''}/${name}`;
