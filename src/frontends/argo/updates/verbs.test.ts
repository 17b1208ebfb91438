import { describe, expect, it } from 'vitest';
import { basicCanary, deployed, nginxCanary } from '../testing/rollouts.js';
import type { RolloutWorld } from '../testing/rollout-world.js';

const steps = [{ setWeight: 20 }, { pause: {} }, { setWeight: 60 }, { pause: {} }, { setWeight: 80 }, { pause: {} }];

/** A canary that waits at its first pause. */
function paused(world: RolloutWorld = nginxCanary(steps)): RolloutWorld {
  deployed(world).image('web:2');
  world.settle();
  expect(world.phase).toBe('Paused: CanaryPauseStep');
  return world;
}

const reasons = (world: RolloutWorld): string[] => world.events.map(({ reason }) => reason);
const releases = (world: RolloutWorld): string[] => [...world.releases.values()].map(({ metadata, status }) => `${metadata.name} ${status?.phase ?? ''}${status?.abortReason === undefined ? '' : ` ${status.abortReason}`}`);

describe('promote', () => {
  it('goes on with the next step, each time', () => {
    const world = paused();
    world.promote();
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 3, phase: 'Paused', canary: { weights: { canary: { weight: 60 } } } });
    world.promote();
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 5, canary: { weights: { canary: { weight: 80 } } } });
    world.promote();
    world.settle();
    expect(world.phase).toBe('Healthy');
    expect(reasons(world).filter((reason) => reason === 'RolloutPaused')).toHaveLength(3);
    expect(reasons(world).filter((reason) => reason === 'RolloutResumed')).toHaveLength(3);
    expect(world.events.filter(({ reason }) => reason === 'RolloutStepCompleted').map(({ text }) => text)).toEqual(['setWeight: 20', 'pause', 'setWeight: 60', 'pause', 'setWeight: 80', 'pause'].map((step, index) => `Rollout step ${index + 1}/6 completed (${step})`));
  });

  it('leaves out the pause that comes next when it is said ahead of it', () => {
    const world = deployed(nginxCanary(steps));
    world.podsGetReady = (image) => image === 'web:1';
    world.image('web:2');
    world.settle();
    expect(world.status.currentStepIndex).toBe(0);
    world.promote();
    world.promote();
    expect(world.status.currentStepIndex).toBe(2);
    world.podsGetReady = () => true;
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 3, phase: 'Paused' });
    expect(reasons(world).filter((reason) => reason === 'RolloutPaused')).toHaveLength(1);
  });

  it('goes to the end at once with --full', () => {
    const world = paused();
    world.patch({ promoteFull: true });
    world.settle();
    expect(world.phase).toBe('Healthy');
    expect(world.status.promoteFull).toBeUndefined();
    expect(world.status.duration?.completionStatus).toBe('FastPromoted');
    expect(world.leadOf('stable')).toBe('web:2');
  });
});

describe('abort', () => {
  it('takes the new version back, says so, and begins nothing by itself', () => {
    const world = paused();
    world.patch({ abort: true });
    world.settle();
    expect(world.phase).toBe('Degraded: RolloutAborted: Rollout aborted update to revision 2');
    expect(world.status).toMatchObject({ abort: true, currentStepIndex: 0, duration: { completionStatus: 'Aborted' }, canary: { weights: { canary: { weight: 0 } } } });
    expect(world.status.pauseConditions).toBeUndefined();
    expect([world.leadOf('stable'), world.leadOf('canary')]).toEqual(['web:1', 'web:1']);
    world.wait(32).settle();
    expect(world.sizes).toEqual({ 'web:1': 5, 'web:2': 0 });
    expect(releases(world)).toEqual(['web-1 Aborted AbortedByUser']);
    expect(reasons(world).filter((reason) => reason === 'RolloutAborted')).toHaveLength(1);
  });

  it('before its release has begun begins none, and a retry does', () => {
    const world = deployed(nginxCanary(steps));
    world.image('web:2');
    world.pass();
    world.patch({ abort: true });
    world.settle();
    expect(world.status.phase).toBe('Degraded');
    expect(releases(world)).toEqual([]);
    world.patch({ abort: false });
    world.settle();
    expect(world.phase).toBe('Paused: CanaryPauseStep');
  });

  it('of a version that is stable does nothing', () => {
    const world = deployed(nginxCanary(steps));
    world.patch({ abort: true });
    world.settle();
    expect(world.phase).toBe('Healthy');
    expect(world.status.abort).toBeUndefined();
  });

  it('by somebody who told the release itself shows as well', () => {
    const world = paused();
    const release = world.moving;
    if (release) world.releases.set(release.metadata.name, { ...release, spec: { ...release.spec, abort: true } });
    world.settle();
    expect(world.status).toMatchObject({ abort: true, phase: 'Degraded' });
    expect(releases(world)).toEqual(['web-1 Aborted AbortedByUser']);
  });
});

describe('retry', () => {
  it('begins again at the first step with a release of its own', () => {
    const world = paused();
    world.promote();
    world.settle();
    world.patch({ abort: true });
    world.settle();
    world.patch({ abort: false });
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 1, phase: 'Paused', message: 'CanaryPauseStep', canary: { weights: { canary: { weight: 20 } } } });
    // As the retry wrote it.
    expect(world.status.abort).toBe(false);
    expect(world.status.abortedAt).toBeUndefined();
    expect(releases(world)).toEqual(['web-1 Aborted AbortedByUser', 'web-2 Progressing']);
    expect(world.status.conditions?.find(({ type }) => type === 'Progressing')?.reason).toBe('RolloutPaused');
  });

  it('works while the abort is under way, and again after another one', () => {
    const world = paused(basicCanary(steps));
    for (let time = 0; time < 3; time++) {
      world.patch({ abort: true });
      world.turn();
      world.turn();
      world.patch({ abort: false });
      world.settle();
      expect(world.phase).toBe('Paused: CanaryPauseStep');
    }
    expect(releases(world)).toHaveLength(4);
  });

  it('of an aborted version goes to the end at once with promote --full', () => {
    const world = paused();
    world.patch({ abort: true });
    world.settle();
    world.patch({ promoteFull: true });
    world.settle();
    expect(world.phase).toBe('Healthy');
    expect(world.leadOf('stable')).toBe('web:2');
    expect(world.status.abort).toBeUndefined();
  });
});

describe('another version in the middle', () => {
  it('leads from the same stable version, from the first step on', () => {
    const world = paused();
    world.image('web:3');
    world.settle();
    expect(world.phase).toBe('Paused: CanaryPauseStep');
    expect(world.status).toMatchObject({ currentStepIndex: 1, stableRS: world.replicaSets[0]?.metadata.labels?.['rollouts-pod-template-hash'] });
    expect(world.sizes).toEqual({ 'web:1': 5, 'web:2': 0, 'web:3': 1 });
    expect(releases(world)).toEqual(['web-1 Aborted Superseded', 'web-2 Progressing']);
  });

  it('clears an abort', () => {
    const world = paused();
    world.patch({ abort: true });
    world.settle();
    world.image('web:3');
    world.settle();
    expect(world.phase).toBe('Paused: CanaryPauseStep');
  });

  it('that is the stable one takes it back without steps', () => {
    const world = paused();
    const started = world.status.duration?.rolloutStartedAt;
    world.image('web:1');
    world.settle();
    expect(world.phase).toBe('Healthy');
    expect(world.status).toMatchObject({ currentStepIndex: 6, duration: { rolloutStartedAt: started } });
    expect(reasons(world)).toContain('SkipSteps');
    world.image('web:2');
    world.settle();
    expect(world.phase).toBe('Paused: CanaryPauseStep');
    expect(world.status.currentStepIndex).toBe(1);
  });

  it('with other steps begins again at the first of them', () => {
    const world = paused();
    world.promote();
    world.settle();
    world.edit(({ strategy }) => { if (strategy?.canary) strategy.canary.steps = [{ setWeight: 10 }, { pause: {} }]; });
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 1, phase: 'Paused', canary: { weights: { canary: { weight: 10 } } } });
    expect(releases(world)).toEqual(['web-1 Aborted AbortedByUser', 'web-2 Progressing']);
  });
});

describe('undo', () => {
  it('goes through the steps again outside the window, and through none inside it', () => {
    const world = paused();
    world.patch({ promoteFull: true });
    world.settle().wait(40);
    world.image('web:1');
    world.settle();
    expect(world.phase).toBe('Paused: CanaryPauseStep');
    world.patch({ promoteFull: true });
    world.settle().wait(40);
    world.edit((spec) => { spec.rollbackWindow = { revisions: 1 }; });
    world.image('web:3');
    world.settle();
    world.patch({ promoteFull: true });
    world.settle().wait(40);
    world.image('web:2');
    world.settle();
    expect(world.phase).toBe('Healthy');
    expect(world.status.duration?.completionStatus).toBe('FastRolledBack');
    expect(world.leadOf('stable')).toBe('web:2');
  });
});

describe('spec.paused', () => {
  it('stops an update where it is, and lets it go on', () => {
    const world = paused();
    world.edit((spec) => { spec.paused = true; });
    world.settle();
    expect(world.phase).toBe('Paused: manually paused');
    world.patch({ pauseConditions: null });
    world.settle();
    expect(world.status.canary?.weights?.canary.weight).toBe(20);
    world.edit((spec) => { spec.paused = false; });
    world.settle();
    expect(world.status.canary?.weights?.canary.weight).toBe(60);
  });
});
