import { ReleasePlaces } from '../../src/controller/release-places.js';
import { Gates } from '../../src/controller/gates.js';
import { noObserver } from '../../src/controller/observer.js';
import { ObjectStore, keyOf } from '../../src/cluster/object-store.js';
import { isNotFound } from '../../src/cluster/api-error.js';
import type { ClusterClient } from '../../src/cluster/client.js';
import type { RunningInformer } from '../../src/cluster/informer.js';
import { Conflicts } from '../../src/controller/conflicts.js';
import type { ControllerContext } from '../../src/controller/context.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import { resources } from '../../src/kubernetes/resources.js';
import { serinResources } from '../../src/model/resources.js';
import { rememberingOwnProblems } from '../../src/controller/policy-checks.js';
import { noFaults } from '../../src/ports/fault-port.js';
import { routers } from '../../src/routers/registry.js';
import { Driver } from '../../test/driver/driver.js';
import { policy, setImage, settle, untilPhase } from '../../test/driver/program.js';
import type { Bench } from './subject.js';

type AnyResource = Resource<KubernetesObject>;

const routingKinds: readonly AnyResource[] = Object.values(routers).flatMap(({ watches }) => watches);
const kinds: readonly AnyResource[] = [
  ...new Map([serinResources.releasePolicies, serinResources.releases, resources.deployments, resources.replicaSets, resources.pods, resources.jobs, serinResources.approvals, serinResources.metricTemplates, serinResources.clusterMetricTemplates, resources.validatingAdmissionPolicies, resources.validatingAdmissionPolicyBindings, ...routingKinds].map((each: AnyResource) => [each.plural, each])).values(),
];

/** All objects of one release in the middle of a step, as the API holds them, and when that was. */
export interface Recorded {
  readonly texts: ReadonlyMap<string, string>;
  readonly now: number;
}

/** Lets the whole controller bring a release to its first pause, over the local API and in virtual time. */
export async function recordRelease({ owner, note }: Bench): Promise<Recorded> {
  note('brings one release to its first pause, to be copied');
  const driver = new Driver();
  owner.defer(() => driver.stop());
  await driver.start();
  await settle(driver, { policy: policy([{ weight: 10 }, { pause: {} }, { weight: 50 }]) });
  await setImage(driver, 'web:v2');
  await untilPhase(driver, ['Progressing']);
  await driver.until('it pauses', async () => (await driver.client.list(serinResources.releases)).items.some(({ status }) => status?.step.index === 1));
  await driver.clock.advance(30_000);
  const texts = new Map<string, string>();
  for (const kind of kinds) {
    // The Services that every cluster has are no part of it.
    const items = await driver.run(() => listServed(driver, kind));
    if (items) texts.set(kind.plural, JSON.stringify(items.filter(({ metadata }) => metadata.name !== 'kubernetes').map((item) => ({ ...item, apiVersion: apiVersionOf(kind), kind: kind.kind }))));
  }
  return { texts, now: driver.clock.now() };
}

/** All of a kind; undefined where the cluster does not serve it. */
async function listServed({ client }: Driver, kind: AnyResource): Promise<KubernetesObject[] | undefined> {
  try {
    return (await client.list(kind, { namespace: 'default' })).items;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

const apiVersionOf = ({ group, version }: AnyResource): string => (group === '' ? version : `${group}/${version}`);

export interface FilledController {
  readonly context: ControllerContext;
  readonly policies: readonly { readonly namespace: string; readonly name: string }[];
  readonly releases: readonly { readonly namespace: string; readonly name: string }[];
  /** What the releases wait for, in their own words, by how many do. */
  waits(): ReadonlyMap<string, number>;
}

/** What a controller works with when its caches hold so many releases. */
export function fillCaches({ texts, now }: Recorded, count: number, perNamespace: number): FilledController {
  const informers = new Map(kinds.filter(({ plural }) => texts.has(plural)).map((kind) => [kind.plural, filledInformer(kind)] as const));
  for (const [plural, text] of texts) {
    const informer = informers.get(plural);
    for (let index = 0; index < count; index++) for (const object of copied(text, index, perNamespace)) informer?.remember(object);
  }
  const get = <T extends KubernetesObject>({ plural }: Resource<T>): RunningInformer<T> => informers.get(plural) as unknown as RunningInformer<T>;
  const [policies, releases] = [get(serinResources.releasePolicies), get(serinResources.releases)];
  const refuse = (): Promise<never> => Promise.reject(new Error('a release in the middle of a pause needs a write: the bench would measure something else'));
  // A status is taken down, once; nothing else may be needed.
  const replace = (_resource: AnyResource, object: KubernetesObject): Promise<KubernetesObject> => Promise.resolve(object);
  const client: Record<keyof ClusterClient, unknown> = { get: refuse, find: refuse, list: refuse, watch: refuse, create: refuse, replace, patch: refuse, apply: refuse, delete: refuse, evict: refuse, raw: refuse };
  const names = ({ metadata }: KubernetesObject): { namespace: string; name: string } => ({ namespace: metadata.namespace ?? '', name: metadata.name });
  return {
    policies: policies.list().map(names),
    releases: releases.list().map(names),
    waits() {
      const counts = new Map<string, number>();
      for (const { metadata, status } of releases.list()) {
        const words = (status?.message ?? '').replaceAll(metadata.name, '…').replace(/web-\d+/g, '…');
        counts.set(words, (counts.get(words) ?? 0) + 1);
      }
      return counts;
    },
    context: {
      client: client as unknown as ClusterClient,
      caches: {
        policies, releases,
        deployments: get(resources.deployments), replicaSets: get(resources.replicaSets), pods: get(resources.pods), jobs: get(resources.jobs),
        approvals: get(serinResources.approvals), approvalPolicy: get(resources.validatingAdmissionPolicies), approvalBinding: get(resources.validatingAdmissionPolicyBindings),
        metricTemplates: get(serinResources.metricTemplates), clusterMetricTemplates: get(serinResources.clusterMetricTemplates),
        freezeWindows: get(serinResources.freezeWindows), clusterFreezeWindows: get(serinResources.clusterFreezeWindows),
        routing: (resource) => (informers.has(resource.plural) ? get(resource) : undefined),
        sees: () => true,
        blindness: () => undefined,
        unchangedSince: () => now - 60_000,
      },
      ownProblems: rememberingOwnProblems(),
      clock: { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() },
      faults: noFaults,
      analyses: { track: () => undefined, counts: () => undefined, observe: () => [], passed: () => undefined, finish: () => undefined, forget: () => undefined },
      events: { record: () => undefined, note: () => undefined },
      places: new ReleasePlaces({}),
      gates: new Gates(() => Promise.reject(new Error('no gates')), { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() }, () => undefined),
      leadership: { mayWrite: () => true, epoch: () => 1 },
      observer: noObserver,
      conflicts: new Conflicts(() => 0),
    },
  };
}

/** The same objects under other names: `web` becomes `web-17` everywhere, uids and the namespace too. */
function copied(text: string, index: number, perNamespace: number): KubernetesObject[] {
  const named = text
    .replace(/\bweb\b/g, `web-${index}`)
    .replace(/"uid":"([^"]+)"/g, `"uid":"$1-${index}"`)
    .replace(/"namespace":"default"/g, `"namespace":"n-${Math.floor(index / perNamespace)}"`);
  return JSON.parse(named) as KubernetesObject[];
}

/** An informer over the same indexes as a real one. */
function filledInformer(resource: AnyResource): RunningInformer<KubernetesObject> {
  const store = new ObjectStore<KubernetesObject>();
  return {
    resource,
    synced: true,
    get: (name) => store.get(keyOf(name)),
    list: (filter) => (filter?.namespace === undefined ? store.all() : store.inNamespace(filter.namespace)),
    controlledBy: (uid) => store.controlledBy(uid),
    onChange: () => () => undefined,
    untilSynced: () => Promise.resolve(),
    refresh: () => undefined,
    remember: (object) => store.set(keyOf(object.metadata), object),
    forget: (object) => store.delete(keyOf(object.metadata)),
    stop: () => Promise.resolve(),
  };
}
