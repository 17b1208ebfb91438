import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { microTimestamp, timestamp } from '../../src/kubernetes/conditions.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import { namespace } from '../scenarios/rollout-manifests.js';
import { resources, serinResources } from './driver.js';
import { RolloutStage } from './rollout-stage.js';

const at = { namespace, name: 'rollout-pregap' };
const states = {
  first: { phase: 'Paused', step: 1, pods: { '1.0.0': 2, '1.1.0': 1 }, stable: '1.0.0', canary: '1.1.0', weight: '10' },
  second: { phase: 'Paused', step: 3, pods: { '1.0.0': 2, '1.1.0': 1 }, stable: '1.0.0', canary: '1.1.0', weight: '50' },
  updated: { phase: 'Healthy', step: 5, pods: { '1.1.0': 2 }, stable: '1.1.0', canary: '1.1.0', weight: '0' },
};

/** A Rollout as Argo Rollouts leaves it: with a status, and without anything of Serin's. */
describe('a Rollout that another controller has brought into the middle of an update', () => {
  let stage: RolloutStage;
  beforeEach(async () => {
    stage = new RolloutStage();
    await stage.start();
    await stage.create('rollout');
    await stage.until({ phase: 'Healthy', step: 5 });
    await stage.setImage('1.1.0');
    await stage.until(states.first);
  });
  afterEach(async () => {
    expect(stage.driver.errors).toEqual([]);
    expect(stage.unserved).toEqual([]);
    await stage.driver.stop();
  });

  const forget = async (): Promise<void> => {
    const { driver } = stage;
    await driver.killController();
    for (const resource of [serinResources.releases, serinResources.releasePolicies] as unknown as Resource<KubernetesObject>[]) {
      for (const { metadata: { name } } of driver.objects(resource, namespace)) {
        await driver.run(() => driver.client.patch(resource, { namespace, name }, { kind: 'merge', body: { metadata: { finalizers: null } } }));
        await driver.run(() => driver.client.delete(resource, { namespace, name }).catch(() => undefined));
      }
    }
    await driver.run(() => driver.client.patch(argoResources.rollouts, at, { kind: 'merge', body: { status: { duration: null } } }, { subresource: 'status' }));
    expect(driver.objects(serinResources.releases, namespace)).toEqual([]);
    expect(driver.objects(serinResources.releasePolicies, namespace)).toEqual([]);
  };

  /** Everything that was to be seen of it. */
  const watched = (): Set<string> => {
    const seen = new Set<string>();
    stage.driver.onTick(() => {
      const { phase, step, pods, stable } = stage.state();
      seen.add(`${phase ?? ''} at ${step ?? ''}: ${JSON.stringify(pods)} ${stable}`);
    });
    return seen;
  };

  it.each(['first', 'second'] as const)('is taken over at its %s pause, where it stays until somebody goes on', async (pause) => {
    if (pause === 'second') {
      await stage.tell({ pauseConditions: null });
      await stage.until(states.second);
    }
    await forget();
    const before = stage.rollout()?.status;
    const seen = watched();
    await stage.driver.startController();
    await stage.driver.pass(pause === 'first' ? 60 : 4);
    if (pause === 'first') expect(stage.state()).toMatchObject(states.first);
    expect([...seen].filter((each) => !each.includes(`at ${states[pause].step}: {"1.0.0":2,"1.1.0":1}`))).toEqual([]);
    expect(stage.rollout()?.status).toMatchObject({ currentStepHash: before?.currentStepHash, currentPodHash: before?.currentPodHash, stableRS: before?.stableRS });
    await stage.tell({ pauseConditions: null });
    await stage.until(pause === 'first' ? states.second : states.updated);
    await stage.until(states.updated);
  });

  it('begins anew where its steps are others by now', async () => {
    await stage.tell({ pauseConditions: null });
    await stage.until(states.second);
    await forget();
    await stage.driver.run(() => stage.driver.client.patch(argoResources.rollouts, at, { kind: 'merge', body: { status: { currentStepHash: 'another' } } }, { subresource: 'status' }));
    await stage.driver.startController();
    await stage.until(states.first);
  });

  it('is left alone while Argo Rollouts is at work, and taken over where that has brought it', async () => {
    const { driver } = stage;
    const lease = { namespace: 'argo-rollouts', name: 'argo-rollouts-controller-lock' };
    await driver.run(() => driver.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: lease.namespace }, spec: {} }));
    await driver.run(() => driver.client.create(resources.leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: lease, spec: { holderIdentity: 'argo-1', leaseDurationSeconds: 15, renewTime: microTimestamp(driver.clock.now()) } }));
    const work = async (seconds: number): Promise<void> => {
      for (let passed = 0; passed < seconds; passed += 5) {
        await driver.run(() => driver.client.patch(resources.leases, lease, { kind: 'merge', body: { spec: { renewTime: microTimestamp(driver.clock.now()) } } }));
        await driver.pass(5);
      }
    };
    await work(15);
    expect(driver.notes.filter(({ reason }) => reason === 'ServedElsewhere').map(({ message }) => message)).toEqual([expect.stringContaining("Argo Rollouts' own controller holds the Lease") as string]);
    const as = { fieldManager: 'rollouts-controller' };
    const writes = driver.version;
    await driver.run(() => driver.client.patch(resources.ingresses, { namespace, name: 'rollout-pregap-pregap-canary' }, { kind: 'merge', body: { metadata: { annotations: { 'nginx.ingress.kubernetes.io/canary-weight': '50' } } } }, as));
    await driver.run(() => driver.client.patch(argoResources.rollouts, at, { kind: 'merge', body: { status: { currentStepIndex: 3, controllerPause: true, pauseConditions: [{ reason: 'CanaryPauseStep', startTime: timestamp(driver.clock.now()) }] } } }, { subresource: 'status', ...as }));
    await work(60);
    // Ours are two, and twelve renewals of the Lease.
    expect(driver.version - writes, 'writes of others').toBe(14);
    expect(stage.state()).toMatchObject({ step: 3, weight: '50', pods: states.first.pods });
    expect(driver.notes.filter(({ reason }) => reason === 'ServedElsewhere')).toHaveLength(1);
    const seen = new Set<string>();
    driver.onTick(() => seen.add(JSON.stringify(stage.state().pods)));
    await stage.until(states.second, 60);
    await stage.tell({ pauseConditions: null });
    await stage.until(states.updated);
    expect([...seen][0]).toBe(JSON.stringify(states.first.pods));
  });
});
