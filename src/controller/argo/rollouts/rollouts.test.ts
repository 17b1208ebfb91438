import { setMaxListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../../cluster/create-client.js';
import type { ClusterClient } from '../../../cluster/client.js';
import type { Informer } from '../../../cluster/informer.js';
import { localCluster, type LocalCluster } from '../../../cluster/testing/local-cluster.js';
import type { advanceRollout, RolloutDecision, RolloutObservation } from '../../../frontends/argo/advance.js';
import type { Rollout } from '../../../frontends/argo/kinds/rollout.js';
import { argoResources } from '../../../frontends/argo/resources.js';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { controllerReference } from '../../../kubernetes/owners.js';
import { resources } from '../../../kubernetes/resources.js';
import { describe as inWords } from '../../../model/messages.js';
import type { ReleasePolicy } from '../../../model/release-policy.js';
import { API_VERSION, serinResources } from '../../../model/resources.js';
import { seededRandom } from '../../../ports/random.js';
import { VirtualClock } from '../../../ports/virtual-clock.js';
import { createClusterCaches, type ClusterCaches } from '../../cluster-caches.js';
import { Conflicts } from '../../conflicts.js';
import { install } from '../../installation.js';
import { createArgoCaches, type ArgoCaches } from '../argo-caches.js';
import { startRollouts } from './rollouts.js';

const at = { namespace: 'default', name: 'shop' };
const nothing: RolloutDecision = { status: {}, apply: [], sizes: [], annotate: [], routes: [], remove: [], evict: [], commands: [], events: [], lookAgainAt: undefined };

describe('the loop over Rollouts', () => {
  let clock: VirtualClock;
  let cluster: LocalCluster;
  let client: ClusterClient;
  let caches: ClusterCaches;
  let argo: ArgoCaches;
  let loop: ReturnType<typeof startRollouts>;
  let stopping: AbortController;
  let leads: boolean;
  let other: { name: string; text: string; until: number } | undefined;
  let errors: string[];
  let told: string[];
  let writes: string[];
  let observed: RolloutObservation[];
  let decide: (rollout: Rollout, observation: RolloutObservation) => Partial<RolloutDecision>;

  /** Virtual time goes on only when the work waits for it. */
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    let ended = false;
    const result = work().finally(() => (ended = true));
    result.catch(() => undefined);
    for (let turn = 0; !ended; turn++) {
      if (turn > 2000) throw new Error(`it does not end: ${work.toString()}; ${errors.join('; ')}`);
      await clock.advance(turn < 25 ? 0 : 100);
    }
    return result;
  };
  const until = async (what: string, condition: () => Promise<boolean> | boolean, turns = 300): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) {
      if (await run(async () => condition())) return;
      await clock.advance(100);
    }
    throw new Error(`not in time: ${what}; ${errors.join('; ')}`);
  };
  const read = <T extends KubernetesObject>(resource: Resource<T>, name: string): Promise<T | undefined> => run(() => client.find(resource, { namespace: 'default', name }));

  beforeEach(async () => {
    clock = new VirtualClock();
    cluster = localCluster(clock);
    client = createClient(cluster.transport, { fieldManager: 'test', clock, random: seededRandom(1) });
    stopping = new AbortController();
    setMaxListeners(100, stopping.signal);
    [leads, other, errors, told, observed, writes] = [true, undefined, [], [], [], []];
    decide = () => ({});
    await run(() => install(client, clock, stopping.signal, ['argo']));
    const seen: Informer<KubernetesObject>[] = [];
    let isStarted = false;
    const random = seededRandom(2);
    const own = createClient(cluster.transport, { fieldManager: 'serin', clock, random });
    const onError = (error: Error): void => void errors.push(error.message);
    const watch = <T extends KubernetesObject>(informer: Informer<T>): void => {
      seen.push(informer as unknown as Informer<KubernetesObject>);
      // Some are started later.
      if (isStarted) loop.watch(informer);
    };
    const shared = { client: own, clock, random, signal: stopping.signal, onError, watch };
    caches = createClusterCaches({ ...shared, onPausingLost: () => undefined, onSeen: () => undefined });
    argo = createArgoCaches(shared);
    const advance: typeof advanceRollout = (rollout, observation) => {
      observed.push(observation);
      return { ...nothing, status: rollout.status ?? {}, ...decide(rollout, observation) };
    };
    loop = startRollouts(
      {
        writing: { client: own, leadership: { mayWrite: () => leads, epoch: () => 1 }, faults: { reach: (boundary) => Promise.resolve(void (boundary.endsWith('.before') && writes.push(boundary.slice('controller.'.length, -'.before'.length)))) }, conflicts: new Conflicts(random) },
        caches, client: own, clock, random, withoutConfig: false, onError,
        signal: stopping.signal,
        events: { record: (_, what) => void told.push(inWords(what)), note: (_, what) => void told.push(`${what.reason}: ${what.message}`) },
        call: () => Promise.reject(new Error('nobody is called')),
      },
      argo, { about: () => other }, { advance },
    );
    for (const informer of seen) loop.watch(informer);
    isStarted = true;
    await run(async () => {
      await Promise.all([caches.untilSynced(), argo.untilSynced()]);
      await loop.untilReady();
    });
  });
  afterEach(async () => {
    stopping.abort();
    await run(() => Promise.all([loop.stop(), caches.stop(), argo.stop()]));
    await cluster.close();
  });

  const rollout = (spec: Partial<Rollout['spec']> = {}): Rollout => ({
    apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { ...at },
    spec: { replicas: 2, selector: { matchLabels: { app: 'shop' } }, template, strategy: { canary: { canaryService: 'shop-canary', stableService: 'shop-stable' } }, ...spec },
  });
  const template = { metadata: { name: '', labels: { app: 'shop' } }, spec: { containers: [{ name: 'shop', image: 'shop:v1' }] } };
  const create = (spec?: Partial<Rollout['spec']>): Promise<Rollout> => run(() => client.create(argoResources.rollouts, rollout(spec)));
  const labels = { app: 'shop', 'rollouts-pod-template-hash': 'abc' };
  const replicaSet = (owner: Rollout): ReplicaSet => ({
    apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'shop-abc', namespace: 'default', labels, ownerReferences: [controllerReference(owner)] },
    spec: { replicas: 0, selector: { matchLabels: labels }, template: { ...template, metadata: { name: '', labels } } },
  });
  const passes = (): number => observed.length;

  it('records what changed of its own fields, then does the rest in order, and rests', async () => {
    decide = (found, { replicaSets }) => ({
      status: { currentPodHash: 'abc', phase: 'Healthy' },
      apply: [replicaSet(found)],
      annotate: replicaSets.length === 0 ? [] : [{ resource: resources.replicaSets as unknown as Resource<KubernetesObject>, name: 'shop-abc', patch: { metadata: { annotations: { marked: 'yes' } } } }],
      sizes: [{ replicaSet: 'shop-abc', replicas: 2 }],
      events: found.status?.phase === 'Healthy' ? [] : [{ reason: 'RolloutUpdated', text: 'updated to revision 1', type: 'Normal' }],
    });
    await create();
    await until('it is sized', async () => (await read(resources.replicaSets, 'shop-abc'))?.spec.replicas === 2);
    await until('it is marked', async () => (await read(resources.replicaSets, 'shop-abc'))?.metadata.annotations?.['marked'] === 'yes');
    await until('all is quiet', () => loop.queueDepth() === 0);
    expect(writes).toEqual(['rollout.status', 'rollout.create', 'replicaset.size', 'rollout.apply', 'rollout.patch.ReplicaSet']);
    expect(told).toEqual(['RolloutUpdated: updated to revision 1']);
    const [before, calm] = [writes.length, passes()];
    for (let second = 0; second < 60; second++) await clock.advance(1000);
    expect(writes.length).toBe(before);
    expect(passes() - calm).toBeLessThan(3);
    expect((await read(resources.replicaSets, 'shop-abc'))?.spec.replicas).toBe(2);
    expect(errors).toEqual([]);
  });

  it('leaves fields of the status that are not its own, and is refused where a verb came in between', async () => {
    decide = () => ({});
    await create();
    await run(() => client.patch(argoResources.rollouts, at, { kind: 'merge', body: { status: { albs: [{ name: 'theirs' }], pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '2026-01-01T00:00:00Z' }], message: 'old' } } }, { subresource: 'status' }));
    await until('it is seen', () => argo.rollouts.get(at)?.status?.message === 'old');
    let verb: Promise<unknown> | undefined;
    const decided: (boolean | undefined)[] = [];
    decide = (found) => {
      decided.push(found.status?.abort);
      // What a person sends while the pass decides.
      verb ??= client.patch(argoResources.rollouts, at, { kind: 'merge', body: { status: { abort: true } } }, { subresource: 'status' });
      return { status: { phase: found.status?.abort === true ? 'Degraded' : 'Progressing', ...(found.status?.abort === true ? { abort: true } : {}) } };
    };
    await run(() => client.patch(argoResources.rollouts, at, { kind: 'merge', body: { metadata: { labels: { look: 'again' } } } }));
    await until('it is degraded', async () => (await read(argoResources.rollouts, 'shop'))?.status?.phase === 'Degraded');
    expect((await read(argoResources.rollouts, 'shop'))?.status).toEqual({ phase: 'Degraded', abort: true, albs: [{ name: 'theirs' }] });
    expect(decided[0]).toBeUndefined();
  });

  it('takes nothing that belongs to somebody else, says so, and goes on once it may', async () => {
    const foreign: ReleasePolicy = { apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { ...at }, spec: { workload: { deployment: 'shop' }, strategy: { canary: { steps: [{ weight: 10 }] } } } };
    await run(() => client.create(serinResources.releasePolicies, foreign));
    decide = (found) => ({ status: { phase: 'Progressing', conditions: [] }, apply: [{ ...foreign, metadata: { ...at, ownerReferences: [controllerReference(found)] } }, replicaSet(found)] });
    await create();
    await until('it says so', async () => (await read(argoResources.rollouts, 'shop'))?.status?.conditions?.some(({ type, message = '' }) => type === 'ReplicaFailure' && message.includes('ReleasePolicy shop is there already and does not belong to this Rollout')) === true);
    expect(told.filter((text) => text.includes('does not belong'))).toHaveLength(1);
    expect(await read(resources.replicaSets, 'shop-abc')).toBeUndefined();
    expect(observed.at(-1)?.policy).toBeUndefined();
    await run(() => client.delete(serinResources.releasePolicies, at));
    await until('it goes on', async () => (await read(resources.replicaSets, 'shop-abc')) !== undefined, 900);
    await until('it says nothing any more', async () => (await read(argoResources.rollouts, 'shop'))?.status?.conditions?.length === 0);
    expect(observed.at(-1)?.policy?.metadata.name).toBe('shop');
  });

  it('leaves everything alone while another controller is at work, and says so once', async () => {
    other = { name: 'argo', text: 'argo holds the Lease', until: clock.now() + 10_000 };
    decide = (found, { otherController }) => ({ events: otherController === undefined ? [] : [{ reason: 'LeftAlone', text: otherController, type: 'Warning' }], apply: [replicaSet(found)] });
    await create();
    await until('it is told', () => told.length > 0);
    for (let second = 0; second < 60; second++) await clock.advance(1000);
    expect(told).toEqual(['LeftAlone: argo holds the Lease']);
    expect(writes).toEqual([]);
    other = undefined;
    loop.lookAtEverything();
    await until('it is worked on', async () => (await read(resources.replicaSets, 'shop-abc')) !== undefined);
  });

  it('evicts Pods as their budget allows, and asks again half a minute later', async () => {
    const pod = (name: string, owner: ReplicaSet): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels, ownerReferences: [controllerReference(owner)] }, spec: { containers: [{ name: 'shop', image: 'shop:v1' }] } });
    const created = await create();
    const set = await run(() => client.create(resources.replicaSets, replicaSet(created)));
    for (const name of ['one', 'two']) {
      await run(() => client.create(resources.pods, pod(name, set)));
      await run(() => client.patch(resources.pods, { namespace: 'default', name }, { kind: 'merge', body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] } } }, { subresource: 'status' }));
    }
    const budget = { namespace: 'default', name: 'budget' };
    const allow = (disruptionsAllowed: number): Promise<unknown> => run(() => client.patch(resources.podDisruptionBudgets, budget, { kind: 'merge', body: { status: { observedGeneration: 1, disruptionsAllowed, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2 } } }, { subresource: 'status' }));
    await run(() => client.create(resources.podDisruptionBudgets, { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: budget, spec: { minAvailable: 1, selector: { matchLabels: { app: 'shop' } } } }));
    await allow(1);
    const alive = async (name: string): Promise<boolean> => {
      const found = await read(resources.pods, name);
      return found !== undefined && found.metadata.deletionTimestamp === undefined;
    };
    decide = (_, { pods }) => ({ evict: pods.map(({ metadata }) => metadata.name).sort() });
    loop.lookAtEverything();
    await until('one goes', async () => !(await alive('one')));
    const since = clock.now();
    await allow(0);
    expect(await alive('two')).toBe(true);
    await allow(1);
    await until('the other one follows', async () => !(await alive('two')), 600);
    expect(clock.now() - since).toBeGreaterThan(25_000);
    expect(errors).toEqual([]);
  });

  it('tells releases, takes away what is its own, and looks again when it is asked to', async () => {
    const created = await create();
    const set = await run(() => client.create(resources.replicaSets, replicaSet(created)));
    await run(() => client.create(resources.replicaSets, { ...replicaSet(created), metadata: { name: 'others', namespace: 'default', labels } }));
    const remove = ['shop-abc', 'others'].map((name) => ({ resource: resources.replicaSets as unknown as Resource<KubernetesObject>, name }));
    const again: number[] = [];
    decide = () => {
      again.push(clock.now());
      return { remove, lookAgainAt: again.length < 5 ? clock.now() + 5000 : undefined };
    };
    loop.lookAtEverything();
    await until('it is gone', async () => (await read(resources.replicaSets, set.metadata.name)) === undefined);
    expect(await read(resources.replicaSets, 'others')).toBeDefined();
    await until('it looked again', () => again.length >= 5);
  });
});
