import { describe, expect, it } from 'vitest';
import type { Plan, PlanStep } from '../model/plan.js';
import type { Release } from '../model/release.js';
import { seededRandom } from '../ports/random.js';
import { releaseWith } from './testing/arbitraries.js';
import { World } from './testing/world.js';

const weight = (percent: number): PlanStep => ({ kind: 'weight', share: percent * 10 });
const pause: PlanStep = { kind: 'pause' };
const inPlace = (steps: PlanStep[], plan: Partial<Plan> = {}): Release => releaseWith([...steps, { kind: 'promote' }], { sizing: 'batch', surge: { pods: 1 }, ...plan });
const byPods = (steps: PlanStep[], plan: Partial<Plan> = {}): Release => inPlace(steps, { countsPods: true, ...plan });
/** As versions that users run, and that are left to them. */
const leaving = (release: Release): Release => ({ ...release, spec: { ...release.spec, workload: { kind: 'Versions', name: 'web' }, plan: { ...release.spec.plan, leaves: true } } });

const sizes = ({ sets: { stable, canary } }: World): readonly [number, number] => [stable.size, canary.size];

/** Sizes of stable and canary, and the share in force, at each pause of a release. */
function atPauses(release: Release, replicas: number): readonly (readonly [number, number, number])[] {
  const world = new World(release, replicas, seededRandom(1));
  const seen: [number, number, number][] = [];
  for (;;) {
    if (world.runToEnd({ limit: 200 })) return seen;
    const { stable, canary } = world.sets;
    seen.push([stable.ready, canary.ready, world.acceptedShare ?? 0]);
    expect(world.status.message).toContain('serin resume');
    world.command({ advanceTo: world.status.step.index + 1 });
  }
}

describe('in place, by Pods', () => {
  it('has the Pod counts that come nearest, and both versions as long as both are to have a share', () => {
    expect(atPauses(byPods([weight(20), pause, weight(50), pause, weight(100), pause]), 5)).toEqual([[4, 1, 200], [3, 3, 500], [0, 5, 1000]]);
    expect(atPauses(byPods([weight(50), pause], { surge: { pods: 0 }, unavailable: { pods: 1 } }), 5)).toEqual([[2, 3, 600]]);
    expect(atPauses(byPods([weight(1), pause, weight(99), pause]), 1)).toEqual([[1, 1, 500], [1, 1, 500]]);
  });

  it('follows weights that fall, and one that stays', () => {
    expect(atPauses(byPods([weight(75), pause, weight(25), pause, weight(25), pause]), 4)).toEqual([[1, 3, 750], [3, 1, 250], [3, 1, 250]]);
  });

  it('is sized by each step anew while the workload grows and shrinks', () => {
    const world = new World(byPods([weight(50), pause]), 2, seededRandom(1));
    world.runToEnd({ limit: 100 });
    expect(sizes(world)).toEqual([1, 1]);
    for (const [replicas, counts] of [[6, [3, 3]], [4, [2, 2]]] as const) {
      world.happen({ kind: 'scale', replicas });
      world.runToEnd({ limit: 200 });
      expect(sizes(world)).toEqual(counts);
    }
  });
});

describe('in place, by shares', () => {
  it('has Pods for both shares, parts of Pods counted as Pods', () => {
    expect(atPauses(inPlace([weight(25), pause, weight(60), pause]), 10)).toEqual([[8, 3, 250], [4, 6, 600]]);
    expect(atPauses(inPlace([weight(10), pause, weight(95), pause], { surge: { part: 1000 } }), 2)).toEqual([[2, 1, 100], [1, 2, 950]]);
  });

  it('has at least so many Pods of each while it has a share, and no more than the replicas', () => {
    expect(atPauses(inPlace([weight(10), pause, weight(90), pause, weight(100), pause], { minimumPods: 3 }), 6)).toEqual([[6, 3, 100], [3, 6, 900], [1, 6, 1000]]);
    expect(atPauses(inPlace([weight(10), pause], { minimumPods: 3 }), 2)).toEqual([[2, 2, 100]]);
  });

  it('has the canary Pods that the plan says, and stable Pods by the weight', () => {
    const scale = (pods?: number): PlanStep => ({ kind: 'scale', ...(pods === undefined ? {} : { pods }) });
    expect(atPauses(inPlace([scale(2), pause, weight(50), pause, scale(), pause], { surge: { part: 1000 } }), 10)).toEqual([[10, 2, 0], [5, 2, 500], [5, 5, 500]]);
  });

  it('takes matches and a mirror along', () => {
    const matches = [{ headers: [{ name: 'x-group', exact: 'testers' }] }];
    const world = new World(inPlace([{ kind: 'route', matches }, { kind: 'mirror', share: 100 }, weight(20), pause]), 5, seededRandom(1));
    world.runToEnd({ limit: 200 });
    expect(world.accepted).toEqual({ share: 200, matches, mirror: 100 });
  });

  it('lets stable go only once its share has gone', () => {
    const world = new World(inPlace([weight(50), pause], { surge: { part: 1000 } }), 4, seededRandom(1));
    for (let turn = 0; turn < 400 && world.status.step.index === 0; turn++) {
      world.happen({ kind: 'round', works: 1, milliseconds: 100 });
      if (world.sets.stable.size < 4) expect(world.acceptedShare).toBeGreaterThan(0);
    }
    expect(sizes(world)).toEqual([2, 2]);
  });
});

describe('a release that leaves what it leaves behind', () => {
  it('ends without a drain and without sizing the old version', () => {
    const world = new World(leaving(releaseWith([weight(50), pause, { kind: 'promote' }], { drainMilliseconds: 3_600_000 })), 4, seededRandom(1));
    world.runToEnd({ limit: 100 });
    world.command({ advanceTo: 2 });
    expect(world.runToEnd({ limit: 100 })).toBe(true);
    expect(world.status).toMatchObject({ phase: 'Completed', intent: { holders: { stable: 'home', canary: 'home' } } });
    expect(sizes(world)).toEqual([4, 4]);
    expect(world.status.log?.map(({ code }) => code)).toContain('LeavesOld');
  });

  it('ends an abort once the canary has no share, and leaves its Pods', () => {
    const world = new World(leaving(releaseWith([weight(50), pause, { kind: 'promote' }], { drainMilliseconds: 3_600_000 })), 4, seededRandom(1));
    world.runToEnd({ limit: 100 });
    world.happen({ kind: 'abort' });
    expect(world.runToEnd({ limit: 50 })).toBe(true);
    expect([world.status.phase, world.written, ...sizes(world)]).toEqual(['Aborted', undefined, 4, 2]);
  });

  it('brings stable back first where the canary had taken its place', () => {
    for (const release of [inPlace([weight(50), pause]), byPods([weight(50), pause])]) {
      const world = new World(leaving(release), 4, seededRandom(1));
      world.runToEnd({ limit: 100 });
      expect(sizes(world)).toEqual([2, 2]);
      world.happen({ kind: 'abort' });
      expect(world.runToEnd()).toBe(true);
      expect(world.sets.stable).toMatchObject({ size: 4, ready: 4 });
      // By shares a Pod stays until the share has left, and is left then.
      expect([world.written, world.sets.canary.ready]).toEqual([undefined, release.spec.plan.countsPods === true ? 0 : 1]);
    }
  });
});

describe('weights that fall', () => {
  it('lower the share before Pods go, where stable runs in full beside the canary', () => {
    const world = new World(releaseWith([weight(75), pause, weight(25), pause, { kind: 'promote' }]), 4, seededRandom(1));
    world.runToEnd({ limit: 100 });
    expect([...sizes(world), world.acceptedShare]).toEqual([4, 3, 750]);
    world.command({ advanceTo: 2 });
    for (let turn = 0; turn < 200 && world.sets.canary.size === 3; turn++) world.happen({ kind: 'round', works: 1, milliseconds: 50 });
    expect(world.acceptedShare).toBe(250);
    world.runToEnd({ limit: 100 });
    expect([...sizes(world), world.status.step.index]).toEqual([4, 1, 3]);
  });
});

describe('as many ready Pods as are enough', () => {
  it.each<[string, NonNullable<Plan['readyThreshold']>, number]>([['a part', { part: 750 }, 3], ['a count', { pods: 2 }, 2]])('let a step and the promotion go on: %s', (_, readyThreshold, enough) => {
    const world = new World(releaseWith([weight(100), pause, { kind: 'promote' }], { readyThreshold }), 4, seededRandom(1));
    const limited = (): void => { world.canaryGetsReady = world.sets.canary.ready < enough; };
    const run = (until: () => boolean): void => {
      for (let turn = 0; turn < 2000 && !until(); turn++) {
        limited();
        world.work();
        limited();
        world.happen({ kind: 'tick', milliseconds: 10 });
        world.controller();
      }
    };
    run(() => world.status.step.index === 1);
    expect([world.sets.canary.ready, world.acceptedShare]).toEqual([enough, 1000]);
    world.command({ advanceTo: 2 });
    run(() => world.status.phase === 'Completed');
    expect([world.status.phase, world.sets.canary.ready, world.sets.stable.size]).toEqual(['Completed', enough, 0]);
  });
});

describe('Pods that crash', () => {
  it('do not end a release that waits for them to get ready', () => {
    const world = new World(releaseWith([weight(50), { kind: 'promote' }], { crashes: 'Wait' }), 2, seededRandom(1));
    world.canaryGetsReady = false;
    world.happen({ kind: 'canaryCrashes' });
    for (let turn = 0; turn < 20; turn++) world.happen({ kind: 'round', works: 3, milliseconds: 1000 });
    expect([world.status.phase, world.status.message]).toEqual(['Progressing', expect.stringContaining('Pod web-canary-1: container web ended 3 times')]);
    world.canaryGetsReady = true;
    world.happen({ kind: 'canaryCrashes' });
    expect(world.runToEnd()).toBe(true);
    expect(world.status.phase).toBe('Completed');
  });
});
