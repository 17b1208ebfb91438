import { describe, expect, it } from 'vitest';
import type { Plan, PlanStep } from '../model/plan.js';
import type { Release } from '../model/release.js';
import { WHOLE } from '../model/split.js';
import { seededRandom } from '../ports/random.js';
import { releaseWith } from './testing/arbitraries.js';
import { World } from './testing/world.js';

const weight = (percent: number): PlanStep => ({ kind: 'weight', share: percent * 10 });
const pause: PlanStep = { kind: 'pause' };
const plans: readonly (readonly [string, Partial<Plan>])[] = [
  ['beside stable', {}],
  ['in place, by shares', { sizing: 'batch', countsPods: false, surge: { part: 1000 } }],
  ['in place, by Pods', { sizing: 'batch', countsPods: true, surge: { pods: 1 } }],
];
const released = (steps: PlanStep[], plan: Partial<Plan>): Release => releaseWith([...steps, { kind: 'promote' }], plan);
/** As versions that users run, and that are left to them. */
const leaving = (release: Release): Release => ({ ...release, spec: { ...release.spec, workload: { kind: 'Versions', name: 'web' }, plan: { ...release.spec.plan, leaves: true } } });

/** Runs on, where stable never gets a Pod ready. */
function withoutStable(world: World, turns: number): void {
  for (let turn = 0; turn < turns; turn++) {
    world.sets.stable.ready = 0;
    world.runToEnd({ limit: 1 });
  }
}

describe.each(plans)('a release %s', (_, plan) => {
  it('goes on where stable has no ready Pods, with everything for the canary', () => {
    const world = new World(released([weight(25), pause, weight(50)], plan), 4, seededRandom(1));
    withoutStable(world, 60);
    expect([world.status.phase, world.status.step.index, world.status.intent.share]).toEqual(['Progressing', 1, WHOLE]);
    world.command({ advanceTo: 3 });
    withoutStable(world, 200);
    expect(world.status.phase).toBe('Completed');
  });

  it('scaled to 0, waits; one whose Pods are left to somebody else takes its steps and ends', () => {
    const waits = new World(released([weight(25)], plan), 4, seededRandom(1));
    waits.happen({ kind: 'scale', replicas: 0 });
    expect(waits.runToEnd({ limit: 300 })).toBe(false);
    expect(waits.status.message).toContain('scaled to 0');
    const world = new World(leaving(released([weight(25), pause, weight(50)], plan)), 4, seededRandom(1));
    world.happen({ kind: 'scale', replicas: 0 });
    world.sets.stable.size = 0;
    world.runToEnd({ limit: 100 });
    expect([world.status.phase, world.status.step.index]).toEqual(['Progressing', 1]);
    world.command({ advanceTo: 2 });
    expect(world.runToEnd({ limit: 200 })).toBe(true);
    expect([world.status.phase, world.sets.canary.size]).toEqual(['Completed', 0]);
  });

  it('goes on from where it is once it is scaled up again', () => {
    const world = new World(leaving(released([weight(50), pause], plan)), 4, seededRandom(1));
    world.runToEnd({ limit: 100 });
    const pods = [world.sets.stable.size, world.sets.canary.size];
    world.happen({ kind: 'scale', replicas: 0 });
    if (plan.sizing !== 'batch') world.sets.stable.size = 0;
    world.runToEnd({ limit: 100 });
    expect([world.status.step.index, world.sets.canary.size]).toEqual([1, 0]);
    world.happen({ kind: 'scale', replicas: 4 });
    if (plan.sizing !== 'batch') world.sets.stable.size = 4;
    world.runToEnd({ limit: 200 });
    expect([world.sets.stable.ready, world.sets.canary.ready]).toEqual(pods);
    world.command({ advanceTo: 2 });
    expect(world.runToEnd({ limit: 300 })).toBe(true);
    expect(world.sets.canary.ready).toBe(4);
  });
});

it('has no canary Pod before its first share where a plan says that it needs none', () => {
  const sizeAt = (plan: Partial<Plan>): number => {
    const world = new World(released([pause, weight(20), pause], plan), 5, seededRandom(1));
    world.runToEnd({ limit: 100 });
    expect(world.status.step.index).toBe(0);
    return world.sets.canary.size;
  };
  expect([sizeAt({}), sizeAt({ minimumPods: 1 }), sizeAt({ minimumPods: 0 })]).toEqual([1, 1, 0]);
});

it('follows replicas that change while a person has paused it in place, each version by its part; from 0 stable alone comes back', () => {
  const world = new World(released([weight(25), pause], { sizing: 'batch', countsPods: true, surge: { pods: 1 } }), 4, seededRandom(1));
  world.runToEnd({ limit: 100 });
  expect([world.sets.stable.size, world.sets.canary.size]).toEqual([3, 1]);
  world.command({ paused: true });
  for (const [replicas, counts] of [[8, [6, 2]], [4, [3, 1]], [0, [0, 0]], [4, [4, 0]]] as const) {
    world.happen({ kind: 'scale', replicas });
    world.runToEnd({ limit: 100 });
    expect([world.sets.stable.ready, world.sets.canary.ready]).toEqual(counts);
  }
  world.command({ paused: false });
  world.runToEnd({ limit: 100 });
  expect([world.sets.stable.ready, world.sets.canary.ready]).toEqual([3, 1]);
});
