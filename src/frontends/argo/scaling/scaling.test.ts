import { describe, expect, it } from 'vitest';
import { basicCanary, blueGreen, deployed, nginxCanary } from '../testing/rollouts.js';

const steps = [{ setWeight: 40 }, { pause: {} }];

describe('spec.replicas', () => {
  it('is followed at rest', () => {
    const world = deployed(nginxCanary(steps));
    world.edit((spec) => { spec.replicas = 8; });
    world.settle();
    expect(world.sizes).toEqual({ 'web:1': 8 });
    expect(world.phase).toBe('Healthy');
  });

  it('is followed at a pause, by both versions', () => {
    const shared = deployed(basicCanary(steps));
    shared.image('web:2');
    shared.settle();
    expect(shared.sizes).toEqual({ 'web:1': 3, 'web:2': 2 });
    shared.edit((spec) => { spec.replicas = 10; });
    shared.settle();
    expect(shared.sizes).toEqual({ 'web:1': 6, 'web:2': 4 });
    expect(shared.phase).toBe('Paused: CanaryPauseStep');
    const routed = deployed(nginxCanary(steps));
    routed.image('web:2');
    routed.settle();
    routed.edit((spec) => { spec.replicas = 10; });
    routed.settle();
    expect(routed.sizes).toEqual({ 'web:1': 10, 'web:2': 4 });
    routed.edit((spec) => { spec.replicas = 5; });
    routed.settle();
    expect(routed.sizes).toEqual({ 'web:1': 5, 'web:2': 2 });
  });

  it('is followed while the Rollout is paused', () => {
    const world = deployed(nginxCanary(steps));
    world.edit((spec) => { spec.paused = true; spec.replicas = 3; });
    world.settle();
    expect(world.sizes).toEqual({ 'web:1': 3 });
  });
});

describe('old Pods', () => {
  it('of an aborted version stay for ever where the delay is 0, and go at once without a router', () => {
    const kept = deployed(nginxCanary(steps, { abortScaleDownDelaySeconds: 0 }));
    kept.image('web:2');
    kept.settle();
    kept.patch({ abort: true });
    kept.settle().wait(60);
    expect(kept.sizes).toEqual({ 'web:1': 5, 'web:2': 2 });
    const gone = deployed(basicCanary(steps));
    gone.image('web:2');
    gone.settle();
    gone.patch({ abort: true });
    gone.settle();
    expect(gone.sizes).toEqual({ 'web:1': 5, 'web:2': 0 });
  });

  it('are a fast way back in blue/green while they are there', () => {
    const world = deployed(blueGreen({ autoPromotionEnabled: false, scaleDownDelaySeconds: 60 }));
    world.image('web:2');
    world.settle();
    expect(world.phase).toBe('Paused: BlueGreenPause');
    world.promote();
    world.settle();
    expect(world.phase).toBe('Healthy');
    world.image('web:1');
    // Before anybody looks at the policy.
    world.pass();
    world.pass();
    world.settle();
    expect(world.phase).toBe('Healthy');
    expect(world.leadOf('active')).toBe('web:1');
  });

  it('go with their ReplicaSets beyond the history', () => {
    const world = deployed(nginxCanary([], {}, { revisionHistoryLimit: 1 }));
    for (const image of ['web:2', 'web:3', 'web:4']) {
      world.image(image);
      world.settle().wait(35).settle();
    }
    expect(world.sizes).toEqual({ 'web:3': 0, 'web:4': 5 });
  });
});

describe('blue/green', () => {
  it('counts only the active version as available, and switches after its time', () => {
    const world = deployed(blueGreen({ autoPromotionSeconds: 30, previewReplicaCount: 2 }));
    world.image('web:2');
    world.settle();
    expect(world.phase).toBe('Paused: BlueGreenPause');
    expect(world.sizes).toEqual({ 'web:1': 5, 'web:2': 2 });
    expect(world.status).toMatchObject({ replicas: 7, updatedReplicas: 2, availableReplicas: 5, readyReplicas: 5, HPAReplicas: 5 });
    world.wait(40).settle();
    expect(world.phase).toBe('Healthy');
    expect(world.leadOf('active')).toBe('web:2');
    expect(world.status).toMatchObject({ availableReplicas: 5 });
  });
});
