import { describe, expect, it } from 'vitest';
import { istioCanary, weightsOf } from '../testing/istio-canary.js';
import type { RolloutWorld } from '../testing/rollout-world.js';
import { deployed } from '../testing/rollouts.js';

const steps = [{ setWeight: 40 }, { pause: {} }];
const pingPong = { pingService: 'ping', pongService: 'pong' };
const turns = (): RolloutWorld => deployed(istioCanary(steps, { pingPong }, ['ping', 'pong']));
const leads = (world: RolloutWorld): (string | undefined)[] => [world.leadOf('ping'), world.leadOf('pong')];
const released = (world: RolloutWorld, image: string): RolloutWorld => {
  world.image(image);
  world.settle();
  world.promote();
  return world.settle().wait(40).settle();
};

describe('Services that take turns', () => {
  it('change roles each time a version becomes the stable one, and nobody who is served goes over', () => {
    const world = turns();
    expect([world.status.canary?.stablePingPong, weightsOf(world)]).toEqual(['ping', { ping: 100, pong: 0 }]);
    world.image('web:2');
    world.settle();
    expect([world.phase, world.status.canary?.stablePingPong, weightsOf(world), ...leads(world)]).toEqual(['Paused: CanaryPauseStep', 'ping', { ping: 60, pong: 40 }, 'web:1', 'web:2']);
    world.promote();
    for (let turn = 0; turn < 60; turn++) {
      world.turn();
      // Whoever is with the new version stays there.
      expect([world.leadOf('pong'), (weightsOf(world)['pong'] ?? 0) >= 40]).toEqual(['web:2', true]);
    }
    expect([world.phase, world.status.canary?.stablePingPong, weightsOf(world), ...leads(world)]).toEqual(['Healthy', 'pong', { ping: 0, pong: 100 }, 'web:2', 'web:2']);
    expect(world.status.canary?.weights).toMatchObject({ canary: { weight: 0 }, stable: { weight: 100 } });
    expect(world.status.canary?.weights?.stable.serviceName).toBeUndefined();
    released(world, 'web:3');
    expect([world.phase, world.status.canary?.stablePingPong, weightsOf(world), ...leads(world)]).toEqual(['Healthy', 'ping', { ping: 100, pong: 0 }, 'web:3', 'web:3']);
    expect(world.sizes).toEqual({ 'web:1': 0, 'web:2': 0, 'web:3': 5 });
  });

  it('keep their roles when a version is taken back', () => {
    const world = released(turns(), 'web:2');
    world.image('web:3');
    world.settle();
    expect(weightsOf(world)).toEqual({ ping: 40, pong: 60 });
    world.patch({ abort: true });
    world.settle();
    expect([world.status.phase, world.status.canary?.stablePingPong, weightsOf(world), world.leadOf('pong')]).toEqual(['Degraded', 'pong', { ping: 0, pong: 100 }, 'web:2']);
  });

  it('stand as their status says where another controller has led them', () => {
    const world = turns();
    world.rollout = { ...world.rollout, status: { ...world.status, canary: { ...world.status.canary, stablePingPong: 'pong' } } };
    world.settle();
    expect([weightsOf(world), ...leads(world)]).toEqual([{ ping: 0, pong: 100 }, 'web:1', 'web:1']);
  });

  it('never lead users to a version that has no Pods, wherever a controller stops', () => {
    for (const writes of [0, 1, 2, 3]) {
      const world = turns();
      for (const image of ['web:2', 'web:3']) {
        world.image(image);
        for (let turn = 0; turn < 50; turn++) {
          world.turn(turn % 3 === 0 ? writes : undefined);
          if (world.status.pauseConditions && turn % 7 === 0) world.promote();
          for (const [service, weight] of Object.entries(weightsOf(world))) if (weight > 0) expect(world.sizes[world.leadOf(service) ?? '']).toBeGreaterThan(0);
        }
        world.settle();
        expect([world.phase, leads(world)]).toEqual(['Healthy', [image, image]]);
      }
      expect(world.status.canary?.stablePingPong).toBe('ping');
    }
  });
});
