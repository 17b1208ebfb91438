import { isConflict, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { controllerOf, isOwnedBy } from '../../kubernetes/owners.js';
import { isConditionTrue } from '../../kubernetes/conditions.js';
import { resources } from '../../kubernetes/resources.js';
import { API_VERSION, POLICY_LABEL, serinResources } from '../../model/resources.js';
import type { Clock } from '../../ports/clock.js';
import { routers } from '../../routers/registry.js';
import type { Found, RoutingWrite } from '../../routers/router.js';
import { guarded } from '../routing.js';
import { nextEjectAction, type EjectOptions } from './plan.js';
import { movingRelease, type EjectView } from './view.js';

export interface EjectContext {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told what is done, and what is waited for. */
  readonly tell: (line: string) => void;
}

/** How often is looked while something is waited for, in milliseconds. */
const LOOK_AGAIN = 500;

/**
 * Takes everything of Serin away from one policy's workload, and the policy with it. Needs no controller and gets along with
 * one. @returns how many writes it took, or why it may not be done
 */
export async function runEject(name: { readonly name: string; readonly namespace: string }, options: EjectOptions, context: EjectContext): Promise<{ readonly writes: number } | { readonly refused: string }> {
  const memory: Memory = { seen: new Map(), last: undefined };
  let waited = '';
  for (let writes = 0; ; ) {
    const action = nextEjectAction(await look(name, context, memory), options);
    switch (action.do) {
      case 'done':
        return { writes };
      case 'refuse':
        return { refused: action.why };
      case 'wait':
        if (action.waitsFor !== waited) context.tell(`Waits for ${action.waitsFor}`);
        waited = action.waitsFor;
        await context.clock.sleep(LOOK_AGAIN, context.signal);
        break;
      case 'write':
        if (await send(action.write, name.namespace, context)) {
          context.tell(`${action.says}.`);
          writes++;
        } else await context.clock.sleep(LOOK_AGAIN / 5, context.signal);
        break;
    }
  }
}

/** What is remembered from one look to the next. */
interface Memory {
  /** When a generation of a routing object was first seen, milliseconds since the epoch. */
  readonly seen: Map<string, number>;
  last: { readonly version: string; readonly since: number } | undefined;
}

async function look({ name, namespace }: { name: string; namespace: string }, { client, clock, signal }: EjectContext, memory: Memory): Promise<EjectView> {
  const policy = await client.find(serinResources.releasePolicies, { namespace, name }, { signal });
  const releases = (await client.list(serinResources.releases, { namespace, signal })).items.filter(({ spec }) => spec.policy === name);
  const { items: deployments } = await client.list(resources.deployments, { namespace, signal });
  const named = policy?.spec.workload.deployment ?? releases.find(({ spec }) => spec.workload.kind === 'Deployment')?.spec.workload.name;
  const deployment = deployments.find(({ metadata }) => (named === undefined ? metadata.labels?.[POLICY_LABEL] === name : metadata.name === named));
  const [{ items: replicaSets }, { items: pods }] = await Promise.all([client.list(resources.replicaSets, { namespace, signal }), client.list(resources.pods, { namespace, signal })]);
  const held = new Set([policy, ...releases].flatMap((object) => object?.metadata.uid ?? []));
  const now = clock.now();
  const view: Omit<EjectView, 'quiet'> = {
    name, namespace, policy, releases, deployment,
    replicaSets: replicaSets
      .filter((object) => (deployment && isOwnedBy(object, deployment)) || (controllerOf(object)?.apiVersion === API_VERSION && held.has(controllerOf(object)?.uid ?? '')))
      .map((object) => {
        const own = pods.filter((pod) => controllerOf(pod)?.uid === object.metadata.uid);
        return { object, pods: own.length, ready: own.filter((pod) => pod.metadata.deletionTimestamp === undefined && isConditionTrue(pod.status?.conditions, 'Ready')).length };
      }),
    found: await foundNow(namespace, { client, signal }, memory, now),
  };
  const moving = movingRelease({ ...view, quiet: 0 });
  const version = `${moving?.metadata.name ?? ''}/${moving?.metadata.resourceVersion ?? ''}`;
  if (memory.last?.version !== version) memory.last = { version, since: now };
  return { ...view, quiet: now - memory.last.since };
}

async function foundNow(namespace: string, { client, signal }: Pick<EjectContext, 'client' | 'signal'>, { seen }: Memory, now: number): Promise<Found> {
  const keyOf = ({ group, plural }: Resource<KubernetesObject>): string => `${group}/${plural}`;
  const watched = new Map(Object.values(routers).flatMap(({ watches }) => watches.map((resource) => [keyOf(resource), resource] as const)));
  const lists = new Map(await Promise.all([...watched].map(async ([key, resource]) => [key, await listed(client, resource, namespace, signal)] as const)));
  const unchangedSince = ({ kind, metadata }: KubernetesObject): number => {
    const key = `${kind}/${metadata.name}/${metadata.generation ?? metadata.resourceVersion ?? ''}`;
    const since = seen.get(key) ?? now;
    seen.set(key, since);
    return since;
  };
  const list = <T extends KubernetesObject>(resource: Resource<T>): T[] => (lists.get(keyOf(resource)) ?? []) as T[];
  for (const objects of lists.values()) objects?.forEach(unchangedSince);
  return {
    now,
    list,
    get: (resource, name) => {
      const object = list(resource).find(({ metadata }) => metadata.name === name);
      return object && { object, unchangedSince: unchangedSince(object) };
    },
    serves: (resource) => lists.get(keyOf(resource)) !== undefined,
  };
}

async function listed(client: ClusterClient, resource: Resource<KubernetesObject>, namespace: string, signal: AbortSignal): Promise<KubernetesObject[] | undefined> {
  try {
    return (await client.list(resource, { namespace, signal })).items;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** @returns false when somebody else was faster, so that it has to be looked at again */
async function send(write: RoutingWrite, namespace: string, { client, signal }: EjectContext): Promise<boolean> {
  const { resource } = write;
  try {
    switch (write.action) {
      case 'create':
        await client.create(resource, write.object, { fieldManager: FIELD_MANAGER, signal });
        return true;
      case 'patch':
        await client.patch(resource, { namespace, name: write.name }, { kind: write.patchKind, body: guarded(write) }, { fieldManager: FIELD_MANAGER, signal });
        return true;
      case 'delete':
        await client.delete(resource, { namespace, name: write.name }, { propagationPolicy: 'Background', preconditions: { resourceVersion: write.resourceVersion }, signal });
        return true;
    }
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return false;
    throw error;
  }
}

/** By this name the routers tell our own writes from those of others. */
const FIELD_MANAGER = 'serin-eject';
