import { afterEach, describe, expect, it } from 'vitest';
import { runEject } from '../../src/controller/eject/run-eject.js';
import type { CanaryStep } from '../../src/model/policy/steps.js';
import type { ReleasePolicy } from '../../src/model/release-policy.js';
import { restoreBackup, takeBackup } from './backup.js';
import { Driver, resources, serinResources } from './driver.js';
import { endingOf, type Ending } from './mid-release/ending.js';
import { deployment, getRelease, namespace, patchRelease, policy, setImage, settle, untilPhase, web } from './program.js';
import { policyWith } from './stories/story.js';

const canary = policy([{ weight: 50 }, { pause: {} }] satisfies CanaryStep[]);
const rolling = policyWith({ rolling: { batches: ['50%', '75%'], between: [{ pause: {} }], maxSurge: 1 } }, { readyTimeout: '30s' });
const ELSEWHERE = 'restored';

describe('borrowed ReplicaSets that nobody controls any more', () => {
  let driver: Driver;
  afterEach(() => driver.stop());

  /** A release that pauses half-way. */
  async function half(wanted: ReleasePolicy): Promise<void> {
    driver = new Driver({ seed: 84 });
    await driver.start();
    await settle(driver, { policy: wanted });
    await setImage(driver, 'web:v2');
    await driver.until('it pauses', async () => (await getRelease(driver))?.status?.message?.startsWith('Pauses') === true);
  }

  const orphan = (): Promise<unknown> => driver.run(() => driver.client.delete(serinResources.releases, { namespace, name: 'web-1' }, { propagationPolicy: 'Orphan' }));
  const inNamespace = (place: string) => ({ namespace: place, client: driver.client, objects: driver.objects.bind(driver), object: driver.object.bind(driver), run: driver.run.bind(driver), pass: driver.pass.bind(driver) });
  const ending = (place = namespace): Ending => endingOf(inNamespace(place));
  const pods = (image: string, place = namespace): (string | undefined)[] => driver.objects(resources.pods, place).filter(({ spec }) => spec.containers[0]?.image === image).map(({ metadata }) => metadata.uid).sort();
  const eject = (place: string, restoreTemplate: boolean): ReturnType<typeof runEject> =>
    driver.run(() => runEject({ name: 'web', namespace: place }, { restoreTemplate }, { client: driver.client, clock: driver.clock, signal: new AbortController().signal, tell: () => undefined }));
  const patchDeployment = (body: object, place = namespace): Promise<unknown> => driver.run(() => driver.client.patch(resources.deployments, { namespace: place, name: 'web' }, { kind: 'strategic', body }));

  /** What a backup brings back elsewhere, without owners and without any status. */
  async function restore(without?: string): Promise<void> {
    const backup = await takeBackup(driver);
    await driver.run(() => driver.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ELSEWHERE }, spec: {} }));
    await restoreBackup(driver, ELSEWHERE, { items: backup.items.filter(({ resource }) => resource.kind !== without) });
  }

  it.each([['canary', canary], ['rolling', rolling]])('%s: Release and Deployment deleted, all Pods left, and the Deployment created again: it knows them all', async (_, wanted) => {
    await half(wanted);
    await orphan();
    await driver.run(() => driver.client.delete(resources.deployments, web, { propagationPolicy: 'Orphan' }));
    await driver.pass(60);
    const before = pods('web:v1');
    expect(before.length).toBeGreaterThan(2);
    expect(driver.objects(resources.replicaSets, namespace).map(({ metadata }) => metadata.labels?.['app'])).toEqual(['web', 'web']);
    await driver.run(() => driver.client.create(resources.deployments, deployment('web:v1')));
    await driver.pass(120);
    expect(ending()).toMatchObject({ policy: 'Resting', deployment: 'web:v1 x4', versions: ['web:v1: 4 Deployment', 'web:v2: 0 Deployment'] });
    expect(pods('web:v1')).toEqual(expect.arrayContaining(before));
  });

  it('restored without its Release, while routes still lead to both, both serve', async () => {
    await half(canary);
    await restore('Release');
    await driver.pass(60);
    expect(ending(ELSEWHERE)).toMatchObject({ policy: 'Refused', versions: ['web:v1: 4 Deployment', 'web:v2: 2 nobody'] });
  });

  it('restored when it held what was taken back, and un-paused: it rolls once', async () => {
    await half(canary);
    await patchRelease(driver, 'web-1', { abort: true });
    await untilPhase(driver, ['Aborted']);
    await driver.pass(5);
    await restore();
    await driver.pass(60);
    const seen = new Set<string | undefined>();
    driver.onTick(() => pods('web:v2', ELSEWHERE).forEach((uid) => seen.add(uid)));
    await patchDeployment({ spec: { paused: false } }, ELSEWHERE);
    await driver.pass(120);
    expect(ending(ELSEWHERE)).toMatchObject({ policy: 'Resting', versions: ['web:v1: 0 Deployment', 'web:v2: 4 Deployment'] });
    expect(seen.size).toBe(4);
  });

  it('a restored rolling release is not let out by an ejection', async () => {
    await half(rolling);
    await driver.killController();
    await restore();
    await driver.pass(10);
    expect(await eject(ELSEWHERE, false)).toMatchObject({ refused: expect.stringContaining('which is still on trial; let go, it would roll it out to everybody') });
    expect(ending(ELSEWHERE)).toMatchObject({ versions: ['web:v1: 2 nobody', 'web:v2: 2 nobody'] });
  });

  it('a restored canary is ejected, and its Pods are the Deployment’s to end', async () => {
    await half(canary);
    await driver.killController();
    await restore();
    await driver.pass(10);
    await eject(ELSEWHERE, true);
    await driver.pass(60);
    expect(ending(ELSEWHERE)).toMatchObject({ policy: 'gone', deployment: 'web:v1 x4 unlabelled', versions: ['web:v1: 4 Deployment', 'web:v2: 0 Deployment'] });
  });

  it('ejected behind the back of a Deployment that rolls by itself, the twin goes and the rest stays', async () => {
    await half(canary);
    await driver.killController();
    await orphan();
    await patchDeployment({ spec: { paused: false } });
    await driver.pass(30);
    expect(ending()).toMatchObject({ versions: ['web:v1: 0 Deployment', 'web:v2: 2 (Deployment)', 'web:v2: 4 Deployment'] });
    const twin = driver.objects(resources.replicaSets, namespace).find(({ metadata }) => metadata.labels?.['app'] === undefined)?.metadata.uid;
    const rolled = driver.objects(resources.pods, namespace).filter(({ metadata }) => metadata.ownerReferences?.every(({ uid }) => uid !== twin)).map(({ metadata }) => metadata.uid).sort();
    await eject(namespace, false);
    await driver.pass(60);
    expect(ending()).toMatchObject({ policy: 'gone', versions: ['web:v1: 0 Deployment', 'web:v2: 4 Deployment'] });
    expect(pods('web:v2')).toEqual(rolled);
  });

  it('a policy goes only when everything is home, also what its Release lost', async () => {
    await half(rolling);
    await driver.killController();
    await orphan();
    await driver.run(async () => {
      await driver.client.patch(serinResources.releases, { namespace, name: 'web-1' }, { kind: 'merge', body: { metadata: { finalizers: [] } } });
      await driver.client.delete(serinResources.releasePolicies, web);
    });
    await driver.startController();
    await driver.until('the policy is gone', async () => (await driver.client.find(serinResources.releasePolicies, web)) === undefined);
    await driver.pass(30);
    const sets = driver.objects(resources.replicaSets, namespace);
    expect(sets.map(({ metadata }) => [metadata.labels?.['app'], metadata.labels?.['serin.dev/borrowed-for'], metadata.ownerReferences?.map(({ kind, controller }) => [kind, controller])])).toEqual(sets.map(() => ['web', undefined, [['Deployment', true]]]));
  });

  it('a rolling Release that was forced away leaves stable its Pods', async () => {
    await half(rolling);
    const before = pods('web:v1');
    await driver.killController();
    await orphan();
    await driver.run(() => driver.client.patch(serinResources.releases, { namespace, name: 'web-1' }, { kind: 'merge', body: { metadata: { finalizers: [] } } }));
    await setImage(driver, 'web:v1');
    await driver.startController();
    await driver.pass(120);
    expect(pods('web:v1')).toEqual(expect.arrayContaining(before));
  });
});
