import { describe, expect, it } from 'vitest';
import { basicCanary, blueGreen, deployed, nginxCanary } from './testing/rollouts.js';

const steps = [{ setWeight: 20 }, { pause: {} }, { setWeight: 60 }, { pause: { duration: 10 } }];

describe('a first version', () => {
  it('goes straight to its full size and is stable at once', () => {
    const world = basicCanary(steps);
    world.turn();
    world.turn();
    expect(world.status).toMatchObject({ stableRS: world.status.currentPodHash, currentStepIndex: 4, phase: 'Progressing' });
    world.settle();
    expect(world.phase).toBe('Healthy');
    expect(world.sizes).toEqual({ 'web:1': 5 });
    expect(world.releases.size).toBe(0);
    expect(world.status).toMatchObject({ replicas: 5, updatedReplicas: 5, readyReplicas: 5, availableReplicas: 5, HPAReplicas: 5, selector: 'app=web', observedGeneration: '1' });
  });

  it('has no Pods while the Rollout is paused', () => {
    const world = basicCanary(steps, {}, { paused: true }).settle();
    expect(world.sizes).toEqual({ 'web:1': 0 });
    expect(world.phase).toBe('Paused: manually paused');
    world.edit((spec) => { spec.paused = false; });
    expect(deployed(world).sizes).toEqual({ 'web:1': 5 });
  });
});

describe('a canary by Pod counts', () => {
  it('goes step by step, waits at a pause until it is promoted, and ends with the new version alone', () => {
    const world = deployed(basicCanary(steps));
    world.image('web:2');
    world.settle();
    expect(world.phase).toBe('Paused: CanaryPauseStep');
    expect(world.sizes).toEqual({ 'web:1': 4, 'web:2': 1 });
    expect(world.status).toMatchObject({ currentStepIndex: 1, controllerPause: true, updatedReplicas: 1, replicas: 5 });
    world.promote();
    world.until(() => world.status.currentStepIndex === 3);
    expect(world.sizes).toEqual({ 'web:1': 2, 'web:2': 3 });
    world.wait(12).settle();
    expect(world.phase).toBe('Healthy');
    expect(world.sizes).toEqual({ 'web:1': 0, 'web:2': 5 });
    expect(world.status.stableRS).toBe(world.status.currentPodHash);
  });
});

describe('a canary by weights of ingress-nginx', () => {
  it('keeps stable whole and moves weights', () => {
    const world = deployed(nginxCanary(steps));
    expect(world.leadOf('stable')).toBe('web:1');
    world.image('web:2');
    world.settle();
    expect(world.phase).toBe('Paused: CanaryPauseStep');
    expect(world.sizes).toEqual({ 'web:1': 5, 'web:2': 1 });
    expect(world.status.canary?.weights).toMatchObject({ canary: { weight: 20, serviceName: 'canary' }, stable: { weight: 80, serviceName: 'stable' } });
    expect([world.leadOf('stable'), world.leadOf('canary')]).toEqual(['web:1', 'web:2']);
    world.promote();
    world.wait(25).settle();
    expect(world.phase).toBe('Healthy');
    expect([world.leadOf('stable'), world.leadOf('canary')]).toEqual(['web:2', 'web:2']);
    world.wait(31).settle();
    expect(world.sizes).toEqual({ 'web:1': 0, 'web:2': 5 });
  });
});

describe('blue/green', () => {
  it('switches at once when all Pods are there, and keeps the old ones for a while', () => {
    const world = deployed(blueGreen());
    expect(world.leadOf('active')).toBe('web:1');
    world.image('web:2');
    world.until(() => world.status.phase === 'Healthy' && world.leadOf('active') === 'web:2');
    expect(world.sizes).toEqual({ 'web:1': 5, 'web:2': 5 });
    world.wait(35);
    expect(world.sizes).toEqual({ 'web:1': 0, 'web:2': 5 });
  });
});
