import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan, PlanStep } from '../model/plan.js';
import { WHOLE } from '../model/split.js';
import { seededRandom } from '../ports/random.js';
import { batchPath, podsOnPath, shareOnPath } from './batch-path.js';
import { releaseWith } from './testing/arbitraries.js';
import { World } from './testing/world.js';

const batches = (steps: PlanStep[], plan: Partial<Plan> = {}) => releaseWith([...steps, { kind: 'promote' }], { sizing: 'batch', surge: { pods: 1 }, ...plan });
const batch = (pods: number, share?: number): PlanStep => ({ kind: 'batch', pods, ...(share === undefined ? {} : { share }) });
const path = (steps: PlanStep[], replicas: number, index = steps.length): readonly (readonly [number, number])[] => batchPath(batches(steps), index, replicas).map(({ pods, share }) => [pods, share]);

describe('the way in batches', () => {
  it('goes by the shares that batches say, and by Pods where they say none', () => {
    expect(path([batch(1, 100), batch(3), batch(4, 900)], 5)).toEqual([[0, 0], [1, 100], [3, 600], [4, 900], [5, WHOLE]]);
    expect(path([batch(1, 500), batch(2)], 10, 1)).toEqual([[0, 0], [1, 500], [2, 500]]);
    expect(path([batch(1), batch(3, 100)], 5, 1)).toEqual([[0, 0], [1, 200], [3, 200]]);
    expect(path([], 3)).toEqual([[0, 0], [3, WHOLE]]);
  });

  it('leaves out what a smaller workload has made pointless', () => {
    expect(path([batch(3, 100), batch(5, 200)], 2, 1)).toEqual([[0, 0], [2, 100], [2, 200]]);
    expect(path([batch(3), { kind: 'batch', part: 500 }], 2, 1)).toEqual([[0, 0], [1, 500]]);
  });

  it('gives each Pod its part of what a batch adds, and takes back as many of stable for it', () => {
    const way = batchPath(batches([batch(4, 100)]), 0, 8);
    expect([0, 1, 2, 3, 4].map((pods) => shareOnPath(way, pods))).toEqual([0, 25, 50, 75, 100]);
    expect([0, 24, 25, 60, 100, 900].map((share) => podsOnPath(way, share))).toEqual([0, 0, 1, 2, 4, 4]);
  });

  it('never stands for Pods that the share does not cover', () => {
    const steps = fc.array(fc.record({ kind: fc.constant('batch' as const), pods: fc.integer({ min: 1, max: 20 }), share: fc.option(fc.integer({ min: 0, max: WHOLE }), { nil: undefined }) }), { minLength: 1, maxLength: 5 });
    fc.assert(fc.property(steps, fc.integer({ min: 1, max: 25 }), fc.integer({ min: 0, max: 5 }), (each, replicas, index) => {
      const way = batchPath(batches(each.map(({ share, ...step }) => (share === undefined ? step : { ...step, share }))), index, replicas);
      for (const [at, point] of way.entries()) {
        const before = way[at - 1];
        if (before) expect(point.pods >= before.pods && (at === 1 || point.share >= before.share)).toBe(true);
      }
      const last = way.at(-1)?.pods ?? 0;
      for (let pods = 0; pods <= last; pods++) expect(podsOnPath(way, shareOnPath(way, pods))).toBeGreaterThanOrEqual(pods);
      for (let pods = 1; pods <= last; pods++) expect(shareOnPath(way, pods)).toBeGreaterThanOrEqual(shareOnPath(way, pods - 1));
    }));
  });
});

describe('a release in batches that say their share', () => {
  /** Every state that differs from the one before: sizes of both, and the share in force. */
  function states(world: World, until: () => boolean): string[] {
    const seen: string[] = [];
    const each = ['controller', 'work', 'tick'] as const;
    for (let turn = 0; turn < 1200 && !until(); turn++) {
      const kind = each[turn % each.length] ?? 'work';
      world.happen(kind === 'tick' ? { kind, milliseconds: 250 } : { kind });
      const { stable, canary } = world.sets;
      const state = `${stable.size}+${canary.size} ${world.acceptedShare ?? 0}`;
      if (seen.at(-1) !== state) seen.push(state);
    }
    return seen;
  }
  const ended = (world: World) => () => world.status.phase === 'Completed' || world.status.phase === 'Aborted';
  const pausing = (world: World) => () => world.status.message?.startsWith('Pauses') === true;

  it.each(['Deployment', 'Inline', 'Versions'] as const)('adds its Pods, then its share, then takes stable Pods: %s', (kind) => {
    const release = batches([batch(1, 100), { kind: 'pause' }, batch(2, WHOLE)]);
    const world = new World({ ...release, spec: { ...release.spec, workload: { kind, name: 'web' } } }, 2, seededRandom(7));
    expect(states(world, pausing(world))).toEqual(['2+0 0', '2+1 0', '2+1 100', '1+1 100']);
    world.command({ advanceTo: 2 });
    const rest = states(world, ended(world));
    expect(rest.slice(0, 3)).toEqual(['1+1 100', '1+2 100', '1+2 1000']);
    expect(world.status.phase).toBe('Completed');
    expect(world.sets.canary).toMatchObject({ size: 2, ready: 2 });
    expect(world.sets.stable).toMatchObject({ size: 0, pods: 0 });
  });

  it('leads back, the share first', () => {
    const world = new World(batches([batch(3, 100), { kind: 'pause' }], { surge: { pods: 3 } }), 4, seededRandom(3));
    states(world, pausing(world));
    expect([world.sets.stable.size, world.sets.canary.size, world.acceptedShare]).toEqual([1, 3, 100]);
    world.happen({ kind: 'abort' });
    states(world, ended(world));
    expect(world.status).toMatchObject({ phase: 'Aborted', abortReason: 'AbortedByUser' });
    expect(world.sets.stable).toMatchObject({ size: 4, ready: 4, holder: 'home' });
    expect(world.sets.canary.size).toBe(0);
  });

  it('falls at once from a share that stable can carry', () => {
    const world = new World(batches([batch(1, 900), { kind: 'pause' }]), 4, seededRandom(3));
    states(world, pausing(world));
    expect([world.sets.stable.size, world.acceptedShare]).toEqual([3, 900]);
    world.happen({ kind: 'abort' });
    world.happen({ kind: 'controller' });
    expect(world.status.intent.share).toBe(250);
  });

  it('keeps a stable Pod for what is left of its share, where a batch replaces all', () => {
    const world = new World(batches([batch(4, 500), { kind: 'pause' }]), 4, seededRandom(5));
    states(world, pausing(world));
    expect([world.sets.stable.ready, world.sets.canary.ready, world.acceptedShare]).toEqual([1, 4, 500]);
    world.command({ advanceTo: 2 });
    expect(world.runToEnd()).toBe(true);
    expect(world.status.phase).toBe('Completed');
  });

  it('has the stable Pod for that back after it was scaled to nothing and up again', () => {
    const world = new World(batches([batch(4, 500), { kind: 'pause' }]), 4, seededRandom(5));
    states(world, pausing(world));
    world.happen({ kind: 'scale', replicas: 0 });
    for (let turn = 0; turn < 30; turn++) world.happen({ kind: 'round', works: 3, milliseconds: 250 });
    expect(world.sets.stable.pods + world.sets.canary.pods).toBe(0);
    world.happen({ kind: 'scale', replicas: 3 });
    for (let turn = 0; turn < 60; turn++) world.happen({ kind: 'round', works: 3, milliseconds: 250 });
    expect([world.sets.stable.ready, world.sets.canary.ready, world.acceptedShare]).toEqual([1, 3, 500]);
  });

  it('keeps a canary Pod for its share, however small, until that has left', () => {
    const world = new World(batches([batch(1, 1), { kind: 'pause' }]), 1, seededRandom(5));
    states(world, pausing(world));
    world.happen({ kind: 'abort' });
    states(world, () => {
      if ((world.acceptedShare ?? 0) > 0) expect(world.sets.canary.ready).toBeGreaterThan(0);
      return ended(world)();
    });
    expect(world.status.phase).toBe('Aborted');
  });

  it('goes from a small share to everything Pod by Pod', () => {
    const world = new World(batches([batch(2, 100), { kind: 'pause' }]), 4, seededRandom(5));
    states(world, pausing(world));
    world.command({ advanceTo: 2 });
    const shares = new Set(states(world, ended(world)).map((state) => state.split(' ')[1]));
    expect([...shares].slice(0, 3)).toEqual(['100', '550', '1000']);
  });
});
