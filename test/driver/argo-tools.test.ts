import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { timestamp } from '../../src/kubernetes/conditions.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import { namespace } from '../scenarios/rollout-manifests.js';
import { resources } from './driver.js';
import { RolloutStage } from './rollout-stage.js';

const at = { namespace, name: 'rollout-pregap' };
const paused = { phase: 'Paused', step: 1, pods: { '1.0.0': 2, '1.1.0': 1 }, stable: '1.0.0', canary: '1.1.0', weight: '10' };
const updated = { phase: 'Healthy', step: 5, pods: { '1.1.0': 2 }, stable: '1.1.0', canary: '1.1.0', weight: '0' };

describe('what Argo CD and dashboards do with a Rollout', () => {
  let stage: RolloutStage;
  let registry: Registry;
  beforeEach(async () => {
    registry = new Registry();
    stage = new RolloutStage({ registry });
    await stage.start();
    await stage.create('rollout');
    await stage.until({ phase: 'Healthy', step: 5 });
    await stage.setImage('1.1.0');
    await stage.until(paused);
  });
  afterEach(async () => {
    expect(stage.driver.errors).toEqual([]);
    expect(stage.unserved).toEqual([]);
    await stage.driver.stop();
  });

  it('an action resume goes on from a pause', async () => {
    await stage.tell({ pauseConditions: null });
    await stage.until({ phase: 'Paused', step: 3, weight: '50' });
  });

  it('an action skip-current-step goes on from a pause, and from one that ends by itself', async () => {
    await stage.tell({ pauseConditions: null, currentStepIndex: 2 });
    await stage.until({ phase: 'Paused', step: 3, weight: '50' });
    await stage.tell({ pauseConditions: null, currentStepIndex: 4 });
    await stage.until(updated);
  });

  it('the actions abort and retry take back and try again', async () => {
    await stage.tell({ abort: true });
    await stage.until({ phase: 'Degraded', step: 0, pods: { '1.0.0': 2 }, weight: '0' });
    // It takes the field away, where the plugin writes false.
    await stage.tell({ abort: null });
    await stage.until(paused);
  });

  it('an action promote-full goes to the end', async () => {
    await stage.tell({ promoteFull: true });
    await stage.until(updated);
  });

  it('an action pause holds where it is, and resume goes on', async () => {
    await stage.tell({}, { paused: true });
    await stage.driver.pass(5);
    expect(stage.rollout()?.status).toMatchObject({ phase: 'Paused', message: 'manually paused' });
    // Both at once: spec.paused and the pause of the step.
    await stage.tell({ pauseConditions: null }, { paused: false });
    await stage.until({ phase: 'Paused', step: 3, weight: '50' });
    await stage.tell({}, { paused: true });
    await stage.driver.pass(60);
    expect(stage.state()).toMatchObject({ phase: 'Paused', step: 3, weight: '50' });
    await stage.tell({}, { paused: false });
    await stage.until(updated);
  });

  it('an action restart replaces the Pods', async () => {
    const names = (): string[] => stage.driver.objects(resources.pods, namespace).map(({ metadata }) => metadata.name);
    const before = names();
    await stage.driver.pass(5);
    await stage.tell({}, { restartAt: timestamp(stage.driver.clock.now()) });
    await stage.driver.until('all are new', () => names().length === before.length && names().every((name) => !before.includes(name)));
    await stage.until(paused);
  });

  it('what workloadRef names is on record where Argo CD looks for it', async () => {
    const generation = String(stage.driver.object(resources.deployments, { namespace, name: 'test2-pregap' })?.metadata.generation);
    expect(stage.rollout()?.metadata.annotations?.['rollout.argoproj.io/workload-generation']).toBe(generation);
    expect(stage.rollout()?.status?.workloadObservedGeneration).toBe(generation);
  });

  it('dashboards see it go, by the metrics that they know', async () => {
    const lines = async (): Promise<string[]> => (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const info = async (): Promise<string[]> => (await lines()).filter((line) => line.startsWith('rollout_info'));
    const labels = 'name="rollout-pregap"';
    expect(await info()).toEqual([
      `rollout_info{namespace="${namespace}",${labels},strategy="canary",traffic_router="Nginx",phase="Paused"} 1`,
      `rollout_info_replicas_available{namespace="${namespace}",${labels}} 3`, `rollout_info_replicas_unavailable{namespace="${namespace}",${labels}} 0`,
      `rollout_info_replicas_desired{namespace="${namespace}",${labels}} 2`, `rollout_info_replicas_updated{namespace="${namespace}",${labels}} 1`,
    ]);
    expect(await lines()).toContain(`rollout_events_total{namespace="${namespace}",${labels},type="Normal",reason="RolloutPaused"} 1`);
    expect((await lines()).some((line) => line.startsWith('rollout_reconcile_count'))).toBe(true);
    await stage.tell({ abort: true });
    await stage.until({ phase: 'Degraded', pods: { '1.0.0': 2 } });
    expect((await info())[0]).toContain('phase="Abort"');
    expect(await lines()).toContain(`rollout_events_total{namespace="${namespace}",${labels},type="Warning",reason="RolloutAborted"} 1`);
    await stage.tell({ abort: null });
    await stage.until(paused);
    await stage.tell({ promoteFull: true });
    await stage.until(updated);
    expect((await info())[0]).toContain('phase="Completed"');
    await stage.driver.run(() => stage.driver.client.delete(argoResources.rollouts, at, { propagationPolicy: 'Background' }));
    await stage.driver.until('it is gone', async () => !(await lines()).some((line) => line.includes('rollout-pregap')));
  });
});
