import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WHOLE } from '../model/split.js';
import { seededRandom } from '../ports/random.js';
import { advance } from './advance.js';
import { arbitraryHappenings, arbitraryRelease, releaseWith } from './testing/arbitraries.js';
import { World, type Happening } from './testing/world.js';

const runs = Number(process.env['SERIN_PROPERTY_RUNS'] ?? 400);
const scenario = fc.record({ release: arbitraryRelease, replicas: fc.integer({ min: 1, max: 6 }), seed: fc.integer(), happenings: arbitraryHappenings });
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** Plays a scenario and calls `check` after everything that happens. */
function play({ release, replicas, seed, happenings }: Scenario, check: (world: World, what: Happening) => void): World {
  const world = new World(release, replicas, seededRandom(seed));
  for (const what of happenings) {
    world.happen(what);
    check(world, what);
  }
  return world;
}

const property = (check: (world: World, what: Happening) => void): void =>
  fc.assert(fc.property(scenario, (each) => void play(each, check)), { numRuns: runs });

describe('always true', () => {
  it('rule 1: shares sum to the whole', () => {
    property(({ status }) => {
      expect(status.intent.share).toBeGreaterThanOrEqual(0);
      expect(status.intent.share).toBeLessThanOrEqual(WHOLE);
    });
  });

  it('rule 2: no decision gives a share to a version without ready Pods while the other has some', () => {
    fc.assert(
      fc.property(scenario, (each) => {
        play(each, (world, what) => {
          if (what.kind !== 'controller') return;
          const { status } = world;
          if (status.intent.routing !== 'split' || status.phase === 'LettingGo') return;
          const { stable, canary } = world.sets;
          if (canary.ready === 0 && stable.ready > 0) expect(status.intent.share).toBe(0);
          const mayRise = status.phase === 'Progressing' && world.replicas > 0 && !world.release.spec.paused;
          if (mayRise && stable.ready === 0 && canary.ready > 0) expect(status.intent.share).toBe(WHOLE);
        });
      }),
      { numRuns: runs },
    );
  });

  it('rule 3: after an abort the share never rises, and is at most what ready stable Pods cannot carry', () => {
    fc.assert(
      fc.property(scenario, (each) => {
        let lowest = WHOLE;
        play(each, (world, what) => {
          const { status } = world;
          if (status.phase !== 'Aborting') return;
          expect(status.intent.share).toBeLessThanOrEqual(lowest);
          lowest = status.intent.share;
          if (what.kind !== 'controller') return;
          const ready = Math.min(world.sets.stable.ready, world.replicas);
          if (ready === world.replicas) expect(status.intent.share).toBe(0);
          else expect(status.intent.share).toBeLessThanOrEqual(WHOLE - Math.floor((WHOLE * ready) / world.replicas));
        });
      }),
      { numRuns: runs },
    );
  });

  it('rule 4: no step is skipped and none comes twice', () => {
    fc.assert(
      fc.property(scenario, (each) => {
        let last = 0;
        const world = play(each, ({ status }) => {
          expect([last, last + 1]).toContain(status.step.index);
          last = status.step.index;
        });
        const started = (world.status.log ?? []).filter(({ code }) => code === 'StepStarted').map((entry) => Number(entry.arguments['step']));
        expect(started).toEqual([...started].sort((a, b) => a - b));
      }),
      { numRuns: runs },
    );
  });

  it('rule 5: killed between any two writes, it comes to the same end', () => {
    fc.assert(
      fc.property(fc.record({ release: arbitraryRelease, replicas: fc.integer({ min: 1, max: 5 }), seed: fc.integer(), kills: fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 40 }), rate: fc.constantFrom(0, 1) }), ({ release, replicas, seed, kills, rate }) => {
        const end = (crashes: number[]): unknown => {
          const world = new World(release, replicas, seededRandom(seed));
          world.failRate = rate;
          for (const after of crashes) {
            world.controller(after);
            world.work();
          }
          const ended = world.runToEnd();
          const { phase, abortReason } = world.status;
          return { ended, phase, abortReason, sets: world.sets, written: world.written, paused: world.paused };
        };
        const undisturbed = end([]);
        expect(undisturbed).toMatchObject({ ended: true });
        expect(end(kills)).toEqual(undisturbed);
      }),
      { numRuns: runs },
    );
  });

  it('rule 6: ready capacity that carries traffic never falls under what is asked for because of a decision', () => {
    fc.assert(
      fc.property(fc.record({ release: arbitraryRelease, replicas: fc.integer({ min: 1, max: 6 }), seed: fc.integer(), abortAt: fc.option(fc.integer({ min: 0, max: 300 })) }), ({ release, replicas, seed, abortAt }) => {
        const world = new World(release, replicas, seededRandom(seed));
        for (let turn = 0; turn < 600; turn++) {
          if (turn === abortAt) world.happen({ kind: 'abort' });
          world.controller();
          world.work();
          world.happen({ kind: 'tick', milliseconds: 250 });
          const { stable, canary } = world.sets;
          expect(stable.ready + canary.ready).toBeGreaterThanOrEqual(replicas);
          const accepted = world.accepted ?? 0;
          if (accepted < WHOLE && world.accepted !== undefined) expect(stable.ready).toBeGreaterThan(0);
          if (accepted > 0) expect(canary.ready).toBeGreaterThan(0);
        }
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
  });

  it('rule 7: it always moves, ends, or says what it waits for', () => {
    fc.assert(
      fc.property(scenario, (each) => {
        const world = play(each, (current, what) => {
          if (what.kind === 'controller') expect(current.status.message ?? '').not.toBe('');
        });
        // Whatever was done to it: with Pods to work with and nobody holding it, it comes to an end.
        world.happen({ kind: 'scale', replicas: Math.max(1, world.replicas) });
        world.happen({ kind: 'pause', paused: false });
        world.happen({ kind: 'advanceTo', step: 99 });
        expect(world.runToEnd()).toBe(true);
      }),
      { numRuns: runs },
    );
  });

  it('rule 8: at the end nothing is held by the release, and routes are as found', () => {
    fc.assert(
      fc.property(scenario, (each) => {
        const world = play(each, () => undefined);
        world.happen({ kind: 'scale', replicas: Math.max(1, world.replicas) });
        world.happen({ kind: 'pause', paused: false });
        world.happen({ kind: 'advanceTo', step: 99 });
        world.runToEnd();
        expect(world.written).toBeUndefined();
        expect([world.sets.stable, world.sets.canary, world.old].filter(({ exists, holder }) => exists && holder === 'release')).toEqual([]);
        const serving = world.status.phase === 'Completed' ? world.sets.canary : world.sets.stable;
        expect(serving.holder).toBe('home');
      }),
      { numRuns: runs },
    );
  });

  it('rule 10: the same inputs give the same decision', () => {
    property((world) => {
      const [first, second] = [1, 2].map(() => advance(structuredClone({ ...world.release, status: world.status }), structuredClone(world.observation()), world.now));
      expect(first).toEqual(second);
    });
  });
});

describe('one release', () => {
  const steps = [
    { kind: 'weight' as const, share: 100 },
    { kind: 'analyze' as const, milliseconds: 5000, minimumRequests: 20 },
    { kind: 'weight' as const, share: 500 },
    { kind: 'promote' as const },
  ];

  it('goes out in steps and becomes stable', () => {
    const world = new World(releaseWith(steps), 4, seededRandom(1));
    expect(world.runToEnd()).toBe(true);
    expect(world.status.phase).toBe('Completed');
    expect(world.sets.canary).toMatchObject({ size: 4, ready: 4, holder: 'home' });
    expect(world.sets.stable).toMatchObject({ size: 0, pods: 0, holder: 'home' });
    expect(world.status.log?.map(({ code }) => code)).toEqual(
      ['ReleaseStarted', 'StepStarted', 'ShareAsked', 'StepStarted', 'StepStarted', 'ShareAsked', 'Promoting', 'ShareAsked', 'HandingOver', 'Completed'],
    );
  });

  it('is taken back when it fails too many requests', () => {
    const world = new World(releaseWith(steps), 4, seededRandom(1));
    world.failRate = 0.3;
    world.runToEnd();
    expect(world.status).toMatchObject({ phase: 'Aborted', abortReason: 'TooManyFailures' });
    expect(world.sets.canary).toMatchObject({ size: 0, holder: 'policy' });
    expect(world.evidence.canary.requests).toBeLessThan(60);
  });

  it('is taken back when its Pods do not get ready', () => {
    const world = new World(releaseWith(steps), 4, seededRandom(1));
    world.canaryGetsReady = false;
    world.runToEnd();
    expect(world.status).toMatchObject({ phase: 'Aborted', abortReason: 'CanaryNotReady' });
  });

  it('waits for a person at a pause without an end, and goes on when told', () => {
    const world = new World(releaseWith([{ kind: 'weight', share: 100 }, { kind: 'pause' }, { kind: 'promote' }]), 2, seededRandom(1));
    expect(world.runToEnd(200)).toBe(false);
    expect(world.status.message).toBe('Pauses until someone goes on: serin resume web-1.');
    world.happen({ kind: 'advanceTo', step: 2 });
    expect(world.runToEnd()).toBe(true);
  });
});
