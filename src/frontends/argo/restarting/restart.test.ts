import { describe, expect, it } from 'vitest';
import { resources } from '../../../kubernetes/resources.js';
import { basicCanary, deployed } from '../testing/rollouts.js';

const steps = [{ setWeight: 40 }, { pause: {} }];

describe('a restart', () => {
  it('replaces all Pods, so many at once as may be missing', () => {
    const world = deployed(basicCanary(steps, { maxUnavailable: '40%' }));
    const before = new Set(world.cluster.list(resources.pods).map(({ metadata }) => metadata.name));
    world.now += 60_000;
    const restartAt = new Date(world.now).toISOString().replace('.000Z', 'Z');
    world.edit((spec) => { spec.restartAt = restartAt; });
    let least = 5;
    let most = 0;
    world.until(() => {
      const decision = world.pass();
      most = Math.max(most, decision.evict.length);
      least = Math.min(least, world.cluster.list(resources.pods).length);
      return world.status.restartedAt === restartAt;
    });
    expect(world.cluster.list(resources.pods).some(({ metadata }) => before.has(metadata.name))).toBe(false);
    expect([most, least]).toEqual([2, 3]);
    expect(world.settle().phase).toBe('Healthy');
    expect(world.statuses.some(({ message }) => message === 'rollout is restarting')).toBe(true);
  });

  it('waits for its time', () => {
    const world = deployed(basicCanary(steps));
    world.edit((spec) => { spec.restartAt = new Date(world.now + 120_000).toISOString(); });
    expect(world.settle().pass()).toMatchObject({ evict: [], lookAgainAt: Date.parse(world.rollout.spec.restartAt ?? '') });
    expect(world.wait(130).settle().phase).toBe('Healthy');
    expect(world.status.restartedAt).toBe(world.rollout.spec.restartAt);
  });
});
