import { describe, expect, it } from 'vitest';
import { basicCanary, blueGreen, deployed, nginxCanary } from '../testing/rollouts.js';
import type { RolloutWorld } from '../testing/rollout-world.js';

const steps = [{ setWeight: 40 }, { pause: {} }];
const condition = (world: RolloutWorld, type: string): string | undefined => {
  const found = world.status.conditions?.find((each) => each.type === type);
  return found && `${found.status} ${found.reason ?? ''}`;
};

describe('progressDeadlineSeconds', () => {
  it('degrades a version that does not come up, and no more; a good one mends it', () => {
    const world = deployed(nginxCanary(steps, {}, { progressDeadlineSeconds: 60 }));
    world.podsGetReady = (image) => image !== 'web:bad';
    world.image('web:bad');
    world.settle().wait(70);
    expect(world.phase).toMatch(/^Degraded: ProgressDeadlineExceeded: ReplicaSet "web-[a-z0-9]+" has timed out progressing\.$/);
    expect(world.moving?.status?.phase).toBe('Progressing');
    expect(world.sizes['web:1']).toBe(5);
    world.image('web:2');
    world.settle();
    expect(world.phase).toBe('Paused: CanaryPauseStep');
    expect(world.sizes['web:bad']).toBe(0);
  });

  it('aborts where the Rollout says so', () => {
    const world = deployed(nginxCanary(steps, {}, { progressDeadlineSeconds: 60, progressDeadlineAbort: true }));
    world.podsGetReady = (image) => image !== 'web:bad';
    world.image('web:bad');
    world.settle().wait(75).settle();
    expect(world.phase).toMatch(/^Degraded: RolloutAborted: Rollout aborted update to revision 2: ReplicaSet .* has timed out progressing\.$/);
    expect(world.status.abort).toBe(true);
    // It is not taken for a version that is getting better on the way.
    const from = world.statuses.findIndex(({ phase }) => phase === 'Degraded');
    expect(new Set(world.statuses.slice(from).map(({ phase }) => phase))).toEqual(new Set(['Degraded']));
  });

  it('does not run while a step waits for time or people', () => {
    const world = deployed(nginxCanary([{ setWeight: 40 }, { pause: { duration: 300 } }], {}, { progressDeadlineSeconds: 60 }));
    world.image('web:2');
    world.wait(200);
    expect(world.phase).toBe('Paused: CanaryPauseStep');
    world.wait(150).settle();
    expect(world.phase).toBe('Healthy');
    expect(world.events.some(({ reason }) => reason === 'ProgressDeadlineExceeded')).toBe(false);
  });

  it('counts for a first version as well, and the next one goes straight out', () => {
    const world = basicCanary(steps, {}, { progressDeadlineSeconds: 60 });
    world.podsGetReady = (image) => image !== 'web:1';
    world.settle().wait(70);
    expect(world.status.phase).toBe('Degraded');
    world.image('web:2');
    world.settle();
    expect(world.phase).toBe('Healthy');
    expect(world.sizes).toEqual({ 'web:1': 0, 'web:2': 5 });
  });
});

describe('conditions', () => {
  it('are those that kubectl wait and Argo CD look at', () => {
    const world = deployed(nginxCanary(steps));
    const all = (): Record<string, string | undefined> => Object.fromEntries(['Available', 'Progressing', 'Healthy', 'Completed', 'Paused'].map((type) => [type, condition(world, type)]));
    expect(all()).toEqual({ Available: 'True AvailableReason', Progressing: 'True NewReplicaSetAvailable', Healthy: 'True RolloutHealthy', Completed: 'True RolloutCompleted', Paused: undefined });
    world.image('web:2');
    world.settle();
    expect(all()).toEqual({ Available: 'True AvailableReason', Progressing: 'Unknown RolloutPaused', Healthy: 'False RolloutHealthy', Completed: 'False RolloutCompleted', Paused: 'True RolloutPaused' });
    world.promote();
    world.settle();
    world.wait(40).settle();
    expect(all()).toEqual({ Available: 'True AvailableReason', Progressing: 'True NewReplicaSetAvailable', Healthy: 'True RolloutHealthy', Completed: 'True RolloutCompleted', Paused: 'False RolloutPaused' });
  });

  it('tell everything that is wrong with a Rollout, touch nothing, and go when it is mended', () => {
    const world = deployed(nginxCanary(steps));
    world.edit(({ strategy }) => { if (strategy?.canary) Object.assign(strategy.canary, { stableService: 'nowhere', steps: [{ setWeight: 140 }] }); });
    world.image('web:2');
    world.settle();
    expect(world.phase).toMatch(/^Degraded: InvalidSpec: The Rollout "web" is invalid: .*140.*nowhere|nowhere.*140/);
    expect(world.sizes).toEqual({ 'web:1': 5 });
    world.edit(({ strategy }) => { if (strategy?.canary) Object.assign(strategy.canary, { stableService: 'stable', steps }); });
    world.settle();
    expect(world.phase).toBe('Paused: CanaryPauseStep');
    expect(condition(world, 'InvalidSpec')).toBeUndefined();
  });

  it('do not change by looking', () => {
    const world = deployed(nginxCanary(steps));
    world.settle();
    const before = world.statuses.length;
    world.wait(30);
    expect(world.statuses).toHaveLength(before);
  });
});

describe('an abort', () => {
  const weight = (world: RolloutWorld): number | undefined => world.moving?.status?.shares?.written?.canary;
  const degraded = (world: RolloutWorld): boolean => world.status.phase === 'Degraded';
  const aborting = (world: RolloutWorld): RolloutWorld => {
    deployed(world).image('web:2');
    world.settle();
    world.patch({ abort: true });
    return world;
  };

  it('is said only once the canary gets no more requests than what leads it back asks for', () => {
    const world = aborting(nginxCanary(steps));
    expect(weight(world)).toBe(400);
    world.pass();
    expect(world.status).toMatchObject({ phase: 'Progressing', abort: true, currentStepIndex: 0 });
    expect(condition(world, 'Progressing')).toBe('Unknown RolloutAborting');
    expect(world.events.map(({ reason }) => reason)).not.toContain('RolloutAborted');
    // The release has seen it, and its write is not seen yet.
    world.releasePass();
    world.pass();
    expect([world.moving?.status?.phase, weight(world), world.status.phase]).toEqual(['Aborting', 400, 'Progressing']);
    world.until(() => degraded(world));
    expect(weight(world)).toBe(0);
    expect(world.leadOf('stable')).toBe('web:1');
    expect(world.phase).toBe('Degraded: RolloutAborted: Rollout aborted update to revision 2');
    world.settle();
    expect(world.events.filter(({ reason }) => reason === 'RolloutAborted')).toEqual([{ reason: 'RolloutAborted', type: 'Warning', text: 'Rollout aborted update to revision 2' }]);
  });

  it('of blue/green is said only once the active Service leads back', () => {
    const world = deployed(blueGreen({ postPromotionAnalysis: { templates: [{ templateName: 'errors' }] } }));
    world.image('web:2');
    world.until(() => world.leadOf('active') === 'web:2').settle();
    world.patch({ abort: true });
    for (let turn = 0; turn < 60 && !degraded(world); turn++) {
      world.pass();
      expect([world.status.abort, degraded(world) && world.leadOf('active')]).not.toEqual([true, 'web:2']);
      world.turn();
    }
    expect([degraded(world), world.leadOf('active')]).toEqual([true, 'web:1']);
  });

  it('without a routing product is said at once: Pods follow in their own time', () => {
    const world = aborting(basicCanary(steps));
    world.pass();
    expect(degraded(world)).toBe(true);
  });

  it('with dynamicStableScale is said while requests still come back as stable grows, and stays said', () => {
    const world = aborting(nginxCanary([{ setWeight: 80 }, { pause: {} }], { dynamicStableScale: true }));
    world.until(() => degraded(world));
    expect(weight(world)).toBeGreaterThan(0);
    world.until(() => { expect(degraded(world)).toBe(true); return weight(world) === 0; });
  });

  it('is said after half a minute though routes cannot be written', () => {
    const world = aborting(nginxCanary(steps));
    const passes = (seconds: number): void => { for (let second = 0; second < seconds; second++) { world.pass(); world.now += 1000; } };
    passes(29);
    expect(degraded(world)).toBe(false);
    expect(world.pass().lookAgainAt).toBe(world.now + 1000);
    passes(3);
    expect(degraded(world)).toBe(true);
  });

  it('and its retry before it is said is a retry', () => {
    const world = aborting(nginxCanary(steps));
    world.pass();
    world.patch({ abort: false });
    world.pass();
    expect(condition(world, 'Progressing')).toBe('Unknown RolloutRetry');
    world.settle();
    expect(world.phase).toBe('Paused: CanaryPauseStep');
  });
});

describe('duration', () => {
  it('counts only what people make an update wait', () => {
    const world = deployed(basicCanary([{ setWeight: 40 }, { pause: { duration: 20 } }]));
    world.image('web:2');
    world.wait(60).settle();
    expect(world.status.duration).toMatchObject({ completionStatus: 'Promoted' });
    expect(world.status.duration?.totalManualPauseDurationSeconds).toBeUndefined();
    const waiting = deployed(basicCanary(steps));
    waiting.image('web:2');
    waiting.settle().wait(30);
    waiting.promote();
    waiting.settle();
    expect(waiting.status.duration?.totalManualPauseDurationSeconds).toBeGreaterThanOrEqual(30);
    expect(waiting.status.duration?.manualPauseStartedAt).toBeUndefined();
  });
});

describe('another strategy', () => {
  it('gives back the Services that it does not name any more', () => {
    const world = deployed(blueGreen());
    world.edit((spec) => { spec.strategy = { canary: { steps } }; });
    world.settle();
    expect(world.leadOf('active')).toBeUndefined();
    expect(world.phase).toBe('Healthy');
    world.image('web:2');
    world.settle();
    expect(world.sizes).toEqual({ 'web:1': 3, 'web:2': 2 });
  });

  it('takes away the Ingress of a canary that is weighed no longer', () => {
    const world = deployed(nginxCanary(steps));
    world.settle();
    const names = (): string[] => [...world.observation().known.ingresses ?? []].map(({ metadata }) => metadata.name);
    expect(names()).toEqual(['web', 'web-web-canary']);
    world.edit((spec) => { spec.strategy = { canary: { steps } }; });
    world.settle();
    expect(names()).toEqual(['web']);
    expect(world.leadOf('stable')).toBeUndefined();
  });
});

describe('somebody else who serves Rollouts', () => {
  it('is left to it', () => {
    const world = deployed(nginxCanary(steps));
    world.otherController = 'argo-rollouts holds its Lease.';
    world.image('web:2');
    const decision = world.pass();
    expect(decision).toMatchObject({ apply: [], sizes: [], annotate: [], routes: [], commands: [] });
    expect(decision.status).toEqual(world.status);
    expect(decision.events).toEqual([{ reason: 'ServedElsewhere', text: 'Left alone: argo-rollouts holds its Lease.', type: 'Warning' }]);
  });
});
