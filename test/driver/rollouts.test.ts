import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { microTimestamp, timestamp } from '../../src/kubernetes/conditions.js';
import { namespace } from '../scenarios/rollout-manifests.js';
import { chosenBoundaries } from './chosen-kills.js';
import { resources } from './driver.js';
import { Killer, replaceKilled } from './killer.js';
import { RolloutStage, type RolloutState } from './rollout-stage.js';

const states = {
  first: { phase: 'Healthy', step: 5, pods: { '1.0.0': 2 }, stable: '1.0.0', canary: '1.0.0', weight: '0' },
  paused: { phase: 'Paused', step: 1, pods: { '1.0.0': 2, '1.1.0': 1 }, stable: '1.0.0', canary: '1.1.0', weight: '10' },
  aborted: { phase: 'Degraded', step: 0, pods: { '1.0.0': 2 }, stable: '1.0.0', canary: '1.0.0', weight: '0' },
  updated: { phase: 'Healthy', step: 5, pods: { '1.1.0': 2 }, stable: '1.1.0', canary: '1.1.0', weight: '0' },
} satisfies Record<string, RolloutState>;

describe('a Rollout in virtual time', () => {
  let stage: RolloutStage;
  beforeEach(async () => {
    stage = new RolloutStage();
    await stage.start();
  });
  afterEach(async () => {
    expect(stage.driver.errors).toEqual([]);
    expect(stage.unserved).toEqual([]);
    await stage.driver.stop();
  });

  it('begins with its first version at full size', async () => {
    await stage.create('rollout');
    await stage.until(states.first);
    await stage.driver.pass(10);
    const version = stage.driver.version;
    await stage.driver.pass(120);
    expect(stage.driver.version - version, 'writes at rest').toBe(0);
  });

  it('goes to its next version through its steps', async () => {
    await stage.create('rollout');
    await stage.until({ phase: 'Healthy', step: 5 });
    await stage.setImage('1.1.0');
    await stage.until({ phase: 'Paused', step: 1, pods: { '1.0.0': 2, '1.1.0': 1 }, stable: '1.0.0', canary: '1.1.0', weight: '10' });
    await stage.driver.pass(60);
    expect(stage.state()).toMatchObject({ phase: 'Paused', step: 1 });
    await stage.tell({ pauseConditions: null });
    await stage.until({ phase: 'Paused', step: 3, weight: '50' });
    await stage.until(states.updated);
  });

  const toPause = async (): Promise<void> => {
    await stage.create('rollout');
    await stage.until({ phase: 'Healthy', step: 5 });
    await stage.setImage('1.1.0');
    await stage.until(states.paused);
  };

  it('is aborted, retried and promoted', async () => {
    await toPause();
    await stage.tell({ abort: true });
    await stage.until(states.aborted);
    expect(stage.rollout()?.status).toMatchObject({ abort: true, message: expect.stringContaining('aborted') as string });
    await stage.driver.pass(60);
    expect(stage.state()).toMatchObject(states.aborted);
    await stage.tell({ abort: false });
    await stage.until(states.paused);
    await stage.tell({ pauseConditions: null });
    await stage.until({ phase: 'Paused', step: 3, weight: '50', pods: { '1.0.0': 2, '1.1.0': 1 } });
    await stage.tell({ pauseConditions: null });
    await stage.until(states.updated);
    expect(stage.rollout()?.status?.abort).not.toBe(true);
  });

  it('is promoted in full from its first pause', async () => {
    await toPause();
    await stage.tell({ promoteFull: true });
    await stage.until(states.updated);
    expect(stage.rollout()?.status?.promoteFull).not.toBe(true);
  });

  it('goes back to its first version at once when that is wanted again', async () => {
    await toPause();
    await stage.setImage('1.0.0');
    await stage.until(states.first);
  });

  it('goes on to a third version from the pause of the second one', async () => {
    await toPause();
    await stage.setImage('1.2.0');
    await stage.until({ phase: 'Paused', step: 1, stable: '1.0.0', canary: '1.2.0', weight: '10', pods: { '1.0.0': 2, '1.2.0': 1 } });
    await stage.tell({ promoteFull: true });
    await stage.until({ phase: 'Healthy', step: 5, pods: { '1.2.0': 2 }, stable: '1.2.0', canary: '1.2.0', weight: '0' });
  });

  it('is scaled at rest and in the middle of an update', async () => {
    await stage.create('rollout');
    await stage.until({ phase: 'Healthy', step: 5 });
    await stage.scale(4);
    await stage.until({ phase: 'Healthy', pods: { '1.0.0': 4 } });
    await stage.setImage('1.1.0');
    await stage.until({ ...states.paused, pods: { '1.0.0': 4, '1.1.0': 1 } });
    await stage.scale(12);
    await stage.until({ ...states.paused, pods: { '1.0.0': 12, '1.1.0': 2 } });
    await stage.scale(2);
    await stage.until(states.paused);
  });

  it('has its Pods replaced', async () => {
    await stage.create('rollout');
    await stage.until({ phase: 'Healthy', step: 5 });
    const names = (): string[] => stage.driver.objects(resources.pods, namespace).map(({ metadata }) => metadata.name);
    const before = names();
    await stage.driver.pass(5);
    await stage.tell({}, { restartAt: timestamp(stage.driver.clock.now()) });
    await stage.driver.until('all are new', () => names().length === 2 && names().every((name) => !before.includes(name)));
    await stage.until({ phase: 'Healthy', pods: { '1.0.0': 2 } });
    expect(stage.rollout()?.status?.restartedAt).toBe(stage.rollout()?.spec.restartAt);
  });

  it('switches at once where it is blue and green, when somebody says so, and back', async () => {
    await stage.createWith({ blueGreen: { activeService: 'rollouts-pregap-stable', previewService: 'rollouts-pregap-canary', autoPromotionEnabled: false, scaleDownDelaySeconds: 30 } });
    await stage.until({ phase: 'Healthy', stable: '1.0.0', canary: '1.0.0', pods: { '1.0.0': 2 } });
    await stage.setImage('1.1.0');
    const preview = { phase: 'Paused', stable: '1.0.0', canary: '1.1.0', pods: { '1.0.0': 2, '1.1.0': 2 } };
    await stage.until(preview);
    await stage.driver.pass(60);
    expect(stage.state()).toMatchObject(preview);
    await stage.tell({ pauseConditions: null });
    await stage.until({ phase: 'Healthy', stable: '1.1.0', canary: '1.1.0', pods: { '1.0.0': 2, '1.1.0': 2 } });
    await stage.until({ phase: 'Healthy', pods: { '1.1.0': 2 } });
    await stage.setImage('1.2.0');
    await stage.until({ phase: 'Paused', stable: '1.1.0', canary: '1.2.0' });
    await stage.tell({ abort: true });
    await stage.until({ phase: 'Degraded', stable: '1.1.0', pods: { '1.1.0': 2 } });
  });

  it('changes Pod by Pod where nothing routes its traffic', async () => {
    await stage.createWith({ canary: { maxSurge: 1, maxUnavailable: 0, steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 75 }, { pause: { duration: 10 } }] } }, 4);
    await stage.until({ phase: 'Healthy', pods: { '1.0.0': 4 } });
    await stage.setImage('1.1.0');
    await stage.until({ phase: 'Paused', step: 1, pods: { '1.0.0': 3, '1.1.0': 1 } });
    await stage.tell({ pauseConditions: null });
    await stage.until({ phase: 'Paused', step: 3, pods: { '1.0.0': 1, '1.1.0': 3 } });
    await stage.until({ phase: 'Healthy', step: 4, pods: { '1.1.0': 4 } });
    await stage.setImage('1.0.0');
    await stage.until({ phase: 'Paused', step: 1, pods: { '1.0.0': 1, '1.1.0': 3 } });
    await stage.tell({ abort: true });
    await stage.until({ phase: 'Degraded', step: 0, pods: { '1.1.0': 4 } });
  });

  it('is left alone while the controller of Argo Rollouts holds its Lease, which is said once, and served as soon as it does not', async () => {
    const { driver } = stage;
    const lease = { namespace: 'argo-rollouts', name: 'argo-rollouts-controller-lock' };
    await toPause();
    const renew = async (): Promise<void> => {
      await driver.client.patch(resources.leases, lease, { kind: 'merge', body: { spec: { renewTime: microTimestamp(driver.clock.now()) } } });
    };
    await driver.run(async () => {
      await driver.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: lease.namespace }, spec: {} });
      await driver.client.create(resources.leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: lease, spec: { holderIdentity: 'argo-1', leaseDurationSeconds: 15, renewTime: microTimestamp(driver.clock.now()) } });
    });
    const told = (): number => driver.notes.filter(({ message }) => message.includes('holds the Lease argo-rollouts/argo-rollouts-controller-lock (argo-1)')).length;
    await driver.until('it is said', () => told() > 0);
    await stage.setImage('1.2.0');
    for (let turn = 0; turn < 6; turn++) {
      await driver.run(renew);
      await driver.pass(10);
    }
    expect([told(), stage.replicaSets().length]).toEqual([1, 2]);
    await driver.run(() => driver.client.delete(resources.leases, lease));
    await stage.until({ phase: 'Paused', step: 1, stable: '1.0.0', canary: '1.2.0', weight: '10' });
  });
});

describe('a controller that is killed at one of its writes, the next one goes on', () => {
  /** The whole story; another controller takes over as soon as the first one dies. */
  async function play(killer: Killer): Promise<unknown> {
    const stage = new RolloutStage({ faults: killer });
    const { driver } = stage;
    replaceKilled(driver, killer);
    try {
      await stage.start();
      const seen: unknown[] = [];
      const part = async (wanted: Partial<RolloutState>): Promise<void> => {
        await stage.until(wanted, 300);
        await driver.pass(5);
        seen.push(stage.state(), stage.ending());
      };
      await stage.create('rollout');
      await part(states.first);
      await stage.setImage('1.1.0');
      await part(states.paused);
      await stage.tell({ abort: true });
      await part(states.aborted);
      await stage.tell({ abort: false });
      await part(states.paused);
      await stage.tell({ pauseConditions: null });
      await part({ phase: 'Paused', step: 3, weight: '50', pods: { '1.0.0': 2, '1.1.0': 1 } });
      await stage.tell({ pauseConditions: null });
      await part(states.updated);
      await stage.setImage('1.0.0');
      await stage.until({ phase: 'Paused', step: 1 }, 300);
      await stage.tell({ promoteFull: true });
      await part(states.first);
      expect(stage.unserved).toEqual([]);
      return seen;
    } finally {
      await driver.stop();
    }
  }

  it('comes to the same states', async () => {
    const undisturbed = new Killer();
    const wanted = await play(undisturbed);
    const own = undisturbed.reached.flatMap((boundary, index) => (boundary.startsWith('controller.rollout') ? [index] : []));
    expect(own.length).toBeGreaterThan(40);
    for (const [, index] of chosenBoundaries(own, 24)) {
      const killer = new Killer(index);
      expect(await play(killer), `killed at ${index}, ${undisturbed.reached[index] ?? ''}`).toEqual(wanted);
      expect(killer.isDead).toBe(true);
    }
  }, 1_800_000);
});
