import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { timestamp } from '../../src/kubernetes/conditions.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import type { Rollout, RolloutSpec } from '../../src/frontends/argo/kinds/rollout.js';
import { canary, hostSplit, ingress, named, nginx, rollout, service, services, template, withNginx } from '../rollouts/story-objects.js';
import { Driver, resources, serinResources } from './driver.js';

const namespace = 'default';
const at = { namespace, name: 'shop' };
const HASH = 'rollouts-pod-template-hash';
const twoStops = [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: {} }];

describe('a Rollout in trouble, in virtual time', () => {
  let driver: Driver;
  beforeEach(async () => {
    driver = new Driver({ seed: 87, frontends: ['argo'] });
    await driver.start();
  });
  afterEach(async () => {
    expect(driver.errors).toEqual([]);
    await driver.stop();
  });

  const kinds = [...Object.values(resources), ...Object.values(argoResources), ...Object.values(serinResources)] as unknown as Resource<KubernetesObject>[];
  const kindOf = ({ kind }: KubernetesObject): Resource<KubernetesObject> => {
    const found = kinds.find((each) => each.kind === kind);
    if (!found) throw new Error(`no kind ${kind}`);
    return found;
  };
  const create = async (...objects: KubernetesObject[]): Promise<void> => {
    for (const object of objects) await driver.run(() => driver.client.create(kindOf(object), { ...object, metadata: { ...object.metadata, namespace } }));
  };
  const found = (): Rollout | undefined => driver.object(argoResources.rollouts, at);
  const change = (spec: Partial<RolloutSpec>): Promise<unknown> => driver.run(() => driver.client.patch(argoResources.rollouts, at, { kind: 'merge', body: { spec } }));
  const tell = (status: object): Promise<unknown> => driver.run(() => driver.client.patch(argoResources.rollouts, at, { kind: 'merge', body: { status } }, { subresource: 'status', fieldManager: 'kubectl-argo-rollouts' }));
  const versions = (): string[] =>
    driver.objects(resources.replicaSets, namespace).filter(({ metadata }) => metadata.ownerReferences?.some(({ kind }) => kind === 'Rollout')).map(({ spec, status }) => `${spec.template?.spec?.containers[0]?.image?.split(':').at(-1) ?? ''} ${spec.replicas ?? ''} ${status?.readyReplicas ?? 0}`).sort();
  const everything = (): object => ({
    versions: versions(), status: found()?.status, errors: driver.errors.slice(-3),
    releases: driver.objects(serinResources.releases).map(({ metadata, spec, status }) => [metadata.name, spec.advanceTo, status?.phase, status?.step, status?.intent, status?.message]),
  });
  const until = (what: string, isSo: () => boolean, seconds = 200): Promise<void> =>
    driver.until(what, isSo, seconds).catch((error: unknown) => { throw new Error(`${what}: ${JSON.stringify(everything(), undefined, 1)}`, { cause: error }); });
  const phase = (wanted: string, step?: number) => (): boolean => {
    const { status, metadata } = found() ?? {};
    return status?.phase === wanted && status.observedGeneration === String(metadata?.generation) && (step === undefined || status.currentStepIndex === step);
  };
  /** What nodes bring about for Pods of an image that never gets ready by itself. */
  const makeReady = async (ready: boolean, image = 'never-ready'): Promise<void> => {
    for (const { metadata: { name }, spec } of driver.objects(resources.pods, namespace)) {
      if (!(spec.containers[0]?.image ?? '').endsWith(image)) continue;
      const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: timestamp(driver.clock.now()) }];
      await driver.run(() => driver.client.patch(resources.pods, { namespace, name }, { kind: 'strategic', body: { status: { conditions } } }, { subresource: 'status' }));
    }
  };
  const selected = (name: string): string | undefined => driver.object(resources.services, { namespace, name })?.spec?.selector?.[HASH];

  it.each([
    ['by Pod counts', [], canary({ steps: twoStops })],
    ['by weights', withNginx, canary({ ...nginx, steps: [{ setWeight: 25 }, { setWeight: 50 }] })],
    ['in the place of stable', withNginx, canary({ ...nginx, dynamicStableScale: true, steps: [{ setWeight: 25 }] })],
    ['blue and green', [service('shop-active')], rollout({ strategy: { blueGreen: { activeService: 'shop-active' } } })],
  ] as const)('%s, is updated while it is scaled to 0, and scaled up as its new version', async (_, around, given) => {
    await create(...around, given);
    await until('healthy', phase('Healthy'));
    await change({ replicas: 0 });
    await until('empty', () => phase('Healthy')() && versions().join() === 'v1 0 0');
    await change({ template: template('v2') });
    if (JSON.stringify(given.spec.strategy).includes('"pause"')) {
      await until('at its pause', phase('Paused', 1));
      await tell({ promoteFull: true });
    }
    await until('healthy at 0', () => phase('Healthy')() && found()?.status?.stableRS === found()?.status?.currentPodHash && found()?.status?.stableRS !== undefined);
    await change({ replicas: 3 });
    await until('scaled up', () => phase('Healthy')() && versions().includes('v2 3 3'));
    expect(versions()).toEqual(['v1 0 0', 'v2 3 3']);
  });

  it('goes to a version that is good from one of which no Pod is ready any more', async () => {
    await create(...withNginx, canary({ ...nginx, steps: twoStops }));
    await until('healthy', phase('Healthy'));
    await makeReady(false, 'v1');
    await change({ template: template('v2') });
    await until('at its pause', phase('Paused', 1));
    await tell({ promoteFull: true });
    await until('v2 is stable', () => phase('Healthy')() && found()?.status?.stableRS === found()?.status?.currentPodHash);
  });

  it('has no Pod of its new version before its first weight', async () => {
    await create(...withNginx, canary({ ...nginx, steps: [{ pause: {} }, { setWeight: 25 }, { pause: {} }] }));
    await until('healthy', phase('Healthy'));
    await change({ template: template('v2') });
    await until('at its pause', phase('Paused', 0));
    await driver.pass(30);
    expect(versions()).toEqual(['v1 4 4', 'v2 0 0']);
    await tell({ pauseConditions: null });
    await until('at the next one', phase('Paused', 2));
    expect(versions()).toEqual(['v1 4 4', 'v2 1 1']);
  });

  it('counts the time before a switch from when its new version is there', async () => {
    await create(service('shop-active'), service('shop-preview'), rollout({ strategy: { blueGreen: { activeService: 'shop-active', previewService: 'shop-preview', autoPromotionSeconds: 30 } } }));
    await until('healthy', phase('Healthy'));
    const before = selected('shop-active');
    await change({ template: template('never-ready') });
    await until('its Pods are there', () => driver.objects(resources.pods, namespace).length === 8);
    await driver.pass(60);
    await makeReady(true);
    await until('it waits', phase('Paused'));
    await driver.pass(25);
    expect(selected('shop-active')).toBe(before);
    await until('it has switched', () => selected('shop-active') !== before, 20);
  });

  it('takes its step once Pods were ready for as long as minReadySeconds says', async () => {
    await create(...withNginx, canary({ ...nginx, steps: [{ setWeight: 25 }, { pause: {} }] }, { minReadySeconds: 40 }));
    await until('healthy', phase('Healthy'));
    await change({ template: template('v2') });
    await until('its Pod is ready', () => versions().includes('v2 1 1'));
    await driver.pass(30);
    expect([found()?.status?.currentStepIndex, driver.object(resources.ingresses, { namespace, name: 'shop-shop-canary' })?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight']]).toEqual([0, '0']);
    await until('it has its weight', phase('Paused', 1));
  });

  it('follows spec.replicas while it is paused by its spec', async () => {
    await create(canary({ steps: twoStops }));
    await until('healthy', phase('Healthy'));
    await change({ template: template('v2') });
    await until('at its pause', phase('Paused', 1));
    await change({ paused: true });
    await until('paused', phase('Paused', 1));
    await change({ replicas: 8 });
    await until('scaled', () => versions().join() === 'v1 6 6,v2 2 2');
    await change({ replicas: 4 });
    await until('scaled back', () => versions().join() === 'v1 3 3,v2 1 1');
  });

  it.each([
    ['by Pod counts', services, canary({ ...named, steps: twoStops })],
    ['by weights', withNginx, canary({ ...nginx, steps: twoStops })],
    ['blue and green', [service('shop-active'), service('shop-preview')], rollout({ strategy: { blueGreen: { activeService: 'shop-active', previewService: 'shop-preview', autoPromotionEnabled: false } } })],
  ] as const)('%s, writes nothing at rest, at a pause, and once it was aborted', async (_, around, given) => {
    // How many requests a release has met is written down as they come.
    driver.traffic.requestsPerSecond = 0;
    await create(...around, given);
    const rests = async (what: string): Promise<void> => {
      await driver.pass(90);
      const { version } = driver;
      const told = driver.notes.length;
      await driver.pass(600);
      expect([driver.version - version, driver.notes.length - told], what).toEqual([0, 0]);
    };
    await until('healthy', phase('Healthy'));
    await rests('at rest');
    await change({ template: template('v2') });
    await until('at its pause', phase('Paused'));
    await rests('at a pause');
    await tell({ abort: true });
    await until('aborted', phase('Degraded'));
    await rests('aborted');
  });

  it('is deleted in the middle of an update, and nothing of it is left', async () => {
    await create(...withNginx, canary({ ...nginx, steps: twoStops }));
    await until('healthy', phase('Healthy'));
    await change({ template: template('v2') });
    await until('at its pause', phase('Paused', 1));
    await driver.run(() => driver.client.delete(argoResources.rollouts, at, { propagationPolicy: 'Background' }));
    // What a release came to stays on record.
    const underWay = () => driver.objects(serinResources.releases).filter(({ status }) => status?.phase !== 'Aborted');
    const left = (): string[] => [...underWay(), ...driver.objects(serinResources.releasePolicies), ...driver.objects(resources.replicaSets), ...driver.objects(resources.pods), ...driver.objects(resources.ingresses)].map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    await until('all is gone', () => left().join() === `Ingress ${ingress.metadata.name}`).catch(() => expect(left()).toEqual([`Ingress ${ingress.metadata.name}`]));
    const { version } = driver;
    await driver.pass(300);
    expect(driver.version - version).toBe(0);
  });

  it('is deleted in the middle of an update, and the VirtualService of its user leads to stable alone again', async () => {
    await create(...services, hostSplit, canary({ ...named, trafficRouting: { istio: { virtualService: { name: 'shop', routes: ['primary'] } } }, steps: twoStops }));
    await until('healthy', phase('Healthy'));
    await change({ template: template('v2') });
    await until('at its pause', phase('Paused', 1));
    await driver.run(() => driver.client.delete(argoResources.rollouts, at, { propagationPolicy: 'Background' }));
    const weights = (): unknown => driver.object(resources.virtualServices, at)?.spec?.http?.[0]?.route?.map(({ weight }) => weight);
    const releases = (): unknown[] => driver.objects(serinResources.releases).map(({ metadata, status }) => [metadata.name, status?.phase, status?.message]);
    await until('its weights are back', () => JSON.stringify(weights()) === '[100,0]').catch(() => expect([weights(), releases()]).toEqual([[100, 0], []]));
    await until('its release has ended', () => driver.objects(serinResources.releases).every(({ status }) => status?.phase === 'Aborted')).catch(() => expect(releases()).toEqual([]));
  });

  it('takes over nothing that is not its own: a ReplicaSet, and a ReleasePolicy, of its names', async () => {
    await create(canary({ steps: twoStops }));
    await until('healthy', phase('Healthy'));
    const [own] = driver.objects(resources.replicaSets, namespace);
    await driver.run(() => driver.client.delete(argoResources.rollouts, at, { propagationPolicy: 'Background' }));
    await until('it is gone', () => driver.objects(resources.replicaSets, namespace).length === 0 && driver.objects(serinResources.releasePolicies).length === 0);
    const { name } = own?.metadata ?? { name: '' };
    const labels = { app: 'other' };
    const foreign = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name }, spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'other', image: 'other:1' }] } } } };
    await create(foreign as unknown as KubernetesObject);
    await create(canary({ steps: twoStops }));
    const said = (): boolean => found()?.status?.conditions?.some(({ message }) => message?.includes(`ReplicaSet ${name} is there already and does not belong to this Rollout`) === true) === true;
    await until('it is said', said);
    await driver.pass(60);
    expect(driver.object(resources.replicaSets, { namespace, name })?.spec).toMatchObject({ replicas: 1, selector: { matchLabels: labels } });
  });

  it('has a name as long as names may be', async () => {
    const name = `shop-${'long-'.repeat(11)}x`.slice(0, 63);
    const given = canary({ ...nginx, steps: twoStops });
    await create(...withNginx, { ...given, metadata: { name } });
    const long = { namespace, name };
    const is = (wanted: string) => (): boolean => driver.object(argoResources.rollouts, long)?.status?.phase === wanted;
    await until('healthy', is('Healthy')).catch((error: unknown) => { throw new Error(JSON.stringify([driver.object(argoResources.rollouts, long)?.status, driver.notes.slice(-3)]), { cause: error }); });
    await driver.run(() => driver.client.patch(argoResources.rollouts, long, { kind: 'merge', body: { spec: { template: template('v2') } } }));
    await until('paused', is('Paused'));
    await driver.run(() => driver.client.patch(argoResources.rollouts, long, { kind: 'merge', body: { status: { promoteFull: true } } }, { subresource: 'status' }));
    await until('done', () => is('Healthy')() && driver.object(argoResources.rollouts, long)?.status?.stableRS === driver.object(argoResources.rollouts, long)?.status?.currentPodHash);
  });
});

describe('what Argo Rollouts has written a moment ago', () => {
  it('is left alone: an AnalysisRun whose status it writes', async () => {
    const driver = new Driver({ seed: 88, frontends: ['argo'] });
    await driver.start();
    const run = { namespace, name: 'theirs' };
    const theirs = { metrics: [{ name: 'never', initialDelay: '10h', provider: { web: { url: 'http://shop/' } } }] };
    const status = { phase: 'Pending', message: 'by Argo Rollouts' };
    await driver.run(() => driver.client.create(argoResources.analysisRuns, { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata: run, spec: theirs, status } as never, { fieldManager: 'argo-rollouts' }));
    await driver.pass(60);
    expect(driver.object(argoResources.analysisRuns, run)?.status).toEqual(status);
    await driver.pass(900);
    expect(driver.object(argoResources.analysisRuns, run)?.status?.phase).toBe('Running');
    await driver.stop();
  });
});
