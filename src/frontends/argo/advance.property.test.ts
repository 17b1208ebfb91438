import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { basicCanary, blueGreen, deployed, nginxCanary } from './testing/rollouts.js';
import type { RolloutWorld } from './testing/rollout-world.js';

const steps = [{ setWeight: 20 }, { pause: {} }, { setWeight: 60 }, { pause: {} }];

/** What a person or a tool does. */
const acts = {
  'new version': (world: RolloutWorld, number: number): void => world.image(`web:${2 + (number % 2)}`),
  'first version': (world: RolloutWorld): void => world.image('web:1'),
  promote: (world: RolloutWorld): void => world.promote(),
  full: (world: RolloutWorld): void => { if (world.status.currentPodHash !== world.status.stableRS) world.patch({ promoteFull: true }); },
  abort: (world: RolloutWorld): void => world.patch({ abort: true }),
  retry: (world: RolloutWorld): void => world.patch({ abort: false }),
  pause: (world: RolloutWorld): void => world.edit((spec) => { spec.paused = true; }),
  resume: (world: RolloutWorld): void => world.edit((spec) => { spec.paused = false; }),
  scale: (world: RolloutWorld, number: number): void => world.edit((spec) => { spec.replicas = 3 + (number % 4); }),
} as const;
type Act = keyof typeof acts;

const worlds: Record<string, () => RolloutWorld> = { basic: () => basicCanary(steps), nginx: () => nginxCanary(steps), blueGreen: () => blueGreen({ autoPromotionEnabled: false }) };

/** How a story ends when each act is followed by passes that may be cut off, and then by peace. */
function played(world: RolloutWorld, story: readonly Act[], cuts: (act: number) => readonly number[]): unknown {
  deployed(world);
  for (const [index, act] of story.entries()) {
    acts[act](world, index);
    for (const writes of cuts(index)) {
      world.turn(writes);
      holdsAlways(world);
    }
    world.settle().wait(40).settle();
    holdsAlways(world);
  }
  const { status } = world;
  return {
    phase: world.phase, sizes: world.sizes, services: ['stable', 'canary', 'active', 'preview'].map((name) => world.leadOf(name)), step: status.currentStepIndex, abort: status.abort, full: status.promoteFull,
    paused: status.controllerPause, stable: status.stableRS, completion: status.duration?.completionStatus, weights: status.canary?.weights?.canary.weight,
    releases: [...world.releases.values()].map(({ spec, status: ended }) => `${spec.canary.replicaSet} ${ended?.phase ?? ''}`),
  };
}

/** A Service that leads to one version leads to Pods that are there, as long as any are. */
function holdsAlways(world: RolloutWorld): void {
  for (const name of ['stable', 'active']) {
    const lead = world.leadOf(name);
    if (lead !== undefined && (world.rollout.spec.replicas ?? 1) > 0 && world.status.phase !== 'Progressing') expect(world.sizes[lead]).toBeGreaterThan(0);
  }
}

const stories: Record<string, Act[]> = {
  'a whole update': ['new version', 'promote', 'promote'],
  'an abort and a retry': ['new version', 'promote', 'abort', 'retry', 'full'],
  'versions in the middle': ['new version', 'new version', 'first version', 'new version', 'abort', 'full'],
};

describe('a controller that stops between any two writes', () => {
  for (const [kind, make] of Object.entries(worlds)) {
    for (const [name, story] of Object.entries(stories)) {
      it(`neither loses nor repeats what people said: ${name}, ${kind}`, () => {
        const undisturbed = played(make(), story, () => []);
        for (const writes of [0, 1, 2, 3]) expect(played(make(), story, () => [writes, writes, writes])).toEqual(undisturbed);
      });
    }
  }

  it('comes to the same end whatever was said and wherever it stops', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(worlds)), fc.array(fc.constantFrom(...(Object.keys(acts) as Act[])), { minLength: 1, maxLength: 5 }), fc.array(fc.array(fc.nat({ max: 5 }), { maxLength: 5 }), { minLength: 5, maxLength: 5 }), (kind, story, cuts) => {
        const make = worlds[kind];
        if (!make) return;
        expect(played(make(), story, (act) => cuts[act] ?? [])).toEqual(played(make(), story, () => []));
      }),
      { numRuns: 12 },
    );
  });
});
