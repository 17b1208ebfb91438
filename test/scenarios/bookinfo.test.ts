import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyBookinfo, imageTable, NAMESPACE, setReviews, waitsFor } from '../../src/cli/demo/bookinfo.js';
import { openAddressMap } from '../../src/local/addresses/cluster-addresses.js';
import { resources } from '../../src/kubernetes/resources.js';
import { hasEnded, type Release } from '../../src/model/release.js';
import type { CanaryStep } from '../../src/model/policy/steps.js';
import { serinResources } from '../../src/model/resources.js';
import { eventually, logOf, startTestCluster, type TestCluster } from './local-cluster.js';
import { countVersions, shareTolerance, startTraffic } from './traffic.js';

const reviews = { namespace: NAMESPACE, name: 'reviews' };
const REQUESTS = 1500;

describe('bookinfo on a local cluster', () => {
  let cluster: TestCluster;
  let number = 0;

  beforeAll(async () => {
    cluster = await startTestCluster('--images', imageTable);
    await applyBookinfo(cluster.client);
    await atRest();
  }, 120_000);
  afterAll(() => cluster?.stop());

  const atRest = (): Promise<unknown> => eventually('bookinfo is up and at rest', async () => (await waitsFor(cluster.client)) === undefined, 60);

  async function steps(...wanted: CanaryStep[]): Promise<void> {
    await cluster.client.patch(serinResources.releasePolicies, reviews, { kind: 'merge', body: { spec: { strategy: { canary: { steps: wanted } } } } });
    await eventually('the controller has seen the policy', async () => {
      const { metadata, status } = await cluster.client.get(serinResources.releasePolicies, reviews);
      return status?.observedGeneration === metadata.generation;
    });
  }

  async function release(version: string): Promise<string> {
    await setReviews(cluster.client, version);
    return `reviews-${++number}`;
  }

  const get = (name: string): Promise<Release | undefined> => cluster.client.find(serinResources.releases, { namespace: NAMESPACE, name });

  async function until(name: string, what: string, condition: (release: Release) => boolean, seconds = 60): Promise<Release> {
    let last: Release | undefined;
    try {
      return await eventually(`${name}: ${what}`, async () => {
        last = await get(name);
        return last && condition(last) ? last : undefined;
      }, seconds);
    } catch (error) {
      throw new Error(`${String(error)} last seen: ${last?.status?.phase ?? 'nothing'}: ${last?.status?.message ?? ''}\n${await logOf(cluster, 'serin')}`, { cause: error });
    }
  }

  const atStep = (name: string, index: number): Promise<Release> => until(name, `reaches step ${index}`, ({ status }) => status?.step.index === index && status.phase === 'Progressing');
  const ended = (name: string): Promise<Release> => until(name, 'ends', ({ status }) => hasEnded(status?.phase ?? 'Preparing'));
  const advance = (name: string, advanceTo: number): Promise<unknown> => cluster.client.patch(serinResources.releases, { namespace: NAMESPACE, name }, { kind: 'merge', body: { spec: { advanceTo } } });

  it('[S4-11] [S4-18] [S4-19] [S4-22] [S4-26] keeps the old version and gives the new one 10 % of the users, whatever the number of Pods', async () => {
    await steps({ weight: 10 }, { pause: {} }, { weight: 50 }, { pause: {} });
    const name = await release('v3');
    await atStep(name, 1);
    const pods = (await cluster.client.list(resources.pods, { namespace: NAMESPACE, labelSelector: 'app=reviews' })).items;
    expect(pods.map(({ spec }) => spec.containers[0]?.image).sort()).toEqual(['bookinfo/reviews:v2', 'bookinfo/reviews:v2', 'bookinfo/reviews:v2', 'bookinfo/reviews:v3']);
    const { versions, failed } = await countVersions(cluster.ingress, REQUESTS);
    expect(failed).toBe(0);
    expect(Math.abs((versions['v3'] ?? 0) / REQUESTS - 0.1)).toBeLessThan(shareTolerance(REQUESTS));
    expect((versions['v2'] ?? 0) + (versions['v3'] ?? 0)).toBe(REQUESTS);
    expect((await get(name))?.status?.shares).toMatchObject({ asked: { canary: 100 }, written: { canary: 100 }, accepted: { canary: 100 } });
  });

  it('[S4-29] sizes both versions on their own while they stand side by side', async () => {
    const name = `reviews-${number}`;
    await cluster.client.patch(resources.deployments, reviews, { kind: 'merge', body: { spec: { replicas: 4 } } });
    const sizes = async (): Promise<Record<string, number>> => {
      const sets = (await cluster.client.list(resources.replicaSets, { namespace: NAMESPACE })).items;
      return Object.fromEntries(sets.map(({ spec, status }) => [spec.template?.spec?.containers[0]?.image ?? '', status?.readyReplicas ?? 0] as const).filter(([image]) => image.startsWith('bookinfo/reviews:')));
    };
    await eventually('stable has 4 ready Pods, the canary 1', async () => {
      const now = await sizes();
      return now['bookinfo/reviews:v2'] === 4 && now['bookinfo/reviews:v3'] === 1;
    });
    await advance(name, 2);
    await atStep(name, 3);
    expect(await sizes()).toEqual({ 'bookinfo/reviews:v2': 4, 'bookinfo/reviews:v3': 2 });
    const { versions } = await countVersions(cluster.ingress, REQUESTS);
    expect(Math.abs((versions['v3'] ?? 0) / REQUESTS - 0.5)).toBeLessThan(shareTolerance(REQUESTS));
  });

  it('[S1-01] [S4-24] [S4-25] [S4-30] moves everyone to the new version and takes the old one away, without a failed request', async () => {
    const name = `reviews-${number}`;
    const traffic = startTraffic(cluster.ingress, 80);
    await advance(name, 4);
    const done = await ended(name);
    await atRest();
    const report = await traffic.stop();
    expect(done.status?.phase).toBe('Completed');
    expect(report.failed).toBe(0);
    expect((await countVersions(cluster.ingress, 100)).versions).toEqual({ v3: 100 });
    const sets = (await cluster.client.list(resources.replicaSets, { namespace: NAMESPACE, labelSelector: 'app=reviews' })).items;
    expect(sets.map(({ spec, metadata }) => [spec.template?.spec?.containers[0]?.image, spec.replicas, metadata.ownerReferences?.map(({ kind }) => kind)]).sort()).toEqual([
      ['bookinfo/reviews:v2', 0, ['Deployment']],
      ['bookinfo/reviews:v3', 4, ['Deployment']],
    ]);
    expect((await cluster.client.get(resources.virtualServices, reviews)).spec.http?.[0]?.route).toEqual([{ destination: { host: 'reviews' } }]);
    expect((await cluster.client.list(resources.destinationRules, { namespace: NAMESPACE })).items).toEqual([]);
  });

  it('[S4-17] [S4-23] [S4-28] takes a version back that fails requests, hurting few, and releases the mended one', async () => {
    await steps({ weight: 10 }, { analyze: { for: '4s', minimumRequests: 20 } }, { weight: 50 });
    const traffic = startTraffic(cluster.ingress, 80, 2);
    const bad = await ended(await release('v4'));
    expect(bad.status).toMatchObject({ phase: 'Aborted', abortReason: 'TooManyFailures' });
    const mended = await ended(await release('v2'));
    await atRest();
    const report = await traffic.stop();
    expect(mended.status?.phase).toBe('Completed');
    const v4 = report.observed['v4'] ?? { answered: 0, failed: 0, users: 0 };
    expect(report.failed).toBe(v4.failed);
    expect(v4.answered).toBeGreaterThan(0);
    expect(v4.answered / report.answered).toBeLessThan(0.1);
  }, 120_000);

  it('[S4-13] [S4-16] [S4-21] keeps a new version away from users until it is ready and was tried by hand', async () => {
    await steps({ pause: {} }, { weight: 20 });
    const traffic = startTraffic(cluster.ingress, 50, 4);
    const name = await release('v3');
    await until(name, 'waits for a person', ({ status }) => status?.message?.startsWith('Pauses until someone') === true);
    expect((await countVersions(cluster.ingress, 300)).versions).toEqual({ v2: 300 });
    const pods = (await cluster.client.list(resources.pods, { namespace: NAMESPACE, labelSelector: 'app=reviews' })).items;
    const canary = pods.find(({ spec }) => spec.containers[0]?.image === 'bookinfo/reviews:v3');
    const { host, port } = (await openAddressMap(cluster.directory)).toSocketAddress(canary?.status?.podIP ?? '', 9080);
    const answer = await fetch(`http://${host}:${port}/reviews/0`);
    expect([answer.status, answer.headers.get('x-version')]).toEqual([200, 'v3']);
    await advance(name, 1);
    const done = await ended(name);
    await atRest();
    expect(done.status?.phase).toBe('Completed');
    expect((await traffic.stop()).failed).toBe(0);
  });

  it('splits by the number of ready Pods alone, where a policy chooses the Service router', async () => {
    const before = (await cluster.client.get(resources.services, reviews)).spec.selector;
    await cluster.client.patch(serinResources.releasePolicies, reviews, { kind: 'merge', body: { spec: { router: { istio: null, service: {} } } } });
    await steps({ weight: 20 }, { pause: {} }, { weight: 50 });
    const traffic = startTraffic(cluster.ingress, 50, 5);
    const name = await release('v2');
    await atStep(name, 1);
    const { versions, failed } = await countVersions(cluster.ingress, REQUESTS);
    expect(failed).toBe(0);
    expect(Math.abs((versions['v2'] ?? 0) / REQUESTS - 0.2)).toBeLessThan(shareTolerance(REQUESTS));
    await advance(name, 2);
    const done = await ended(name);
    await atRest();
    expect(done.status?.phase).toBe('Completed');
    expect((await traffic.stop()).failed).toBe(0);
    expect((await cluster.client.get(resources.services, reviews)).spec.selector).toEqual(before);
    await cluster.client.patch(serinResources.releasePolicies, reviews, { kind: 'merge', body: { spec: { router: { istio: {}, service: null } } } });
  });

  it('goes on after its controller and its API were killed in the middle of a release', async () => {
    await steps({ weight: 10 }, { pause: { for: '4s' } }, { weight: 50 }, { pause: { for: '2s' } });
    const traffic = startTraffic(cluster.ingress, 50, 3);
    const name = await release('v3');
    await until(name, 'asks for 10 %', ({ status }) => status?.intent.share === 100);
    process.kill(await cluster.pidOf('serin'), 'SIGKILL');
    await atStep(name, 3);
    process.kill(await cluster.pidOf('api'), 'SIGKILL');
    const done = await ended(name);
    await atRest();
    const report = await traffic.stop();
    expect(done.status?.phase).toBe('Completed');
    expect(report.failed).toBe(0);
  }, 120_000);
});
