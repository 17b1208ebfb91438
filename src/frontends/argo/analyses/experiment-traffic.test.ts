import { describe, expect, it } from 'vitest';
import { istioCanary, weightsOf } from '../testing/istio-canary.js';
import type { RolloutWorld } from '../testing/rollout-world.js';
import { deployed } from '../testing/rollouts.js';

const templates = [{ name: 'baseline', specRef: 'stable' as const, weight: 10 }, { name: 'trial', specRef: 'canary' as const, weight: 5 }, { name: 'quiet', specRef: 'canary' as const }];
const steps = [{ setWeight: 20 }, { experiment: { templates } }, { setWeight: 50 }, { pause: {} }];
const underWay = (): RolloutWorld => {
  const world = deployed(istioCanary(steps, { stableService: 'stable', canaryService: 'canary' }, ['stable', 'canary']));
  world.image('web:2');
  return world.settle();
};
/** The weights, with what comes behind the name of the experiment alone. */
const short = (world: RolloutWorld): Record<string, number> => Object.fromEntries(Object.entries(weightsOf(world)).map(([host, weight]) => [host.split('-').at(-1) ?? '', weight]));

describe('weights of the templates of an experiment', () => {
  it('are theirs while it runs, of what the stable version has, and stand in the status', () => {
    const world = underWay();
    expect(world.status.currentStepIndex).toBe(1);
    expect(short(world)).toEqual({ stable: 65, canary: 20, baseline: 10, trial: 5 });
    expect(world.status.canary?.weights).toMatchObject({ canary: { weight: 20 }, stable: { weight: 65 }, additional: [{ weight: 10 }, { weight: 5 }] });
    world.experimentOutcome = () => 'Successful';
    world.settle();
    expect([world.status.currentStepIndex, short(world)]).toEqual([3, { stable: 50, canary: 50 }]);
    expect(world.status.canary?.weights?.additional).toBeUndefined();
  });

  it('are taken away by an abort, by a person who goes on, and by another version', () => {
    for (const [act, left] of [
      [(world: RolloutWorld) => world.patch({ abort: true }), { stable: 100, canary: 0 }],
      [(world: RolloutWorld) => world.promote(), { stable: 50, canary: 50 }],
      [(world: RolloutWorld) => world.patch({ promoteFull: true }), { stable: 100, canary: 0 }],
      [(world: RolloutWorld) => world.image('web:1'), { stable: 100, canary: 0 }],
    ] as const) {
      const world = underWay();
      act(world);
      world.settle();
      expect(short(world)).toEqual(left);
      expect(world.status.canary?.weights?.additional).toBeUndefined();
    }
  });

  it('wait for the endpoints of their Services', () => {
    const world = deployed(istioCanary(steps, { stableService: 'stable', canaryService: 'canary' }, ['stable', 'canary']));
    world.image('web:2');
    world.until(() => [...world.experiments.values()].some(({ status }) => status?.phase === 'Running'));
    for (const { metadata } of world.experiments.values()) world.cluster.remove('EndpointSlice', `${metadata.name}-trial-slice`);
    const decision = world.pass();
    expect([short(world), decision.lookAgainAt]).toEqual([{ stable: 70, canary: 20, baseline: 10 }, world.now + 1000]);
  });

  it('are taken away when the experiment ends, though the Rollout makes no sense by then', () => {
    const world = underWay();
    world.edit(({ strategy }) => { if (strategy?.canary) strategy.canary.steps = [{ setWeight: 140 }]; });
    world.settle();
    expect([world.status.phase, short(world)]).toEqual(['Degraded', { stable: 65, canary: 20, baseline: 10, trial: 5 }]);
    world.experimentOutcome = () => 'Successful';
    world.settle();
    expect(short(world)).toEqual({ stable: 80, canary: 20 });
  });

  it('are taken from one that somebody deleted', () => {
    const world = underWay();
    const [name = ''] = world.experiments.keys();
    world.experiments.clear();
    world.experimentOutcome = () => 'Pending';
    world.settle();
    expect(Object.keys(weightsOf(world)).filter((host) => host.startsWith(name))).toEqual([]);
    expect(short(world)).toEqual({ stable: 80, canary: 20 });
  });
});
