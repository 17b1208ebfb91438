import { afterAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../ports/random.js';
import { advance } from './advance.js';
import { releaseWith } from './testing/arbitraries.js';
import { Coverage } from './testing/coverage.js';
import { mutants, rules } from './testing/rules.js';
import { World } from './testing/world.js';

const runs = { numRuns: Number(process.env['SERIN_PROPERTY_RUNS'] ?? 300) };

describe('always true', () => {
  const coverage = new Coverage();
  afterAll(() => console.log(`generated scenarios covered: ${coverage.toString()}`));

  for (const { number, says, holds } of rules) {
    it(`rule ${number}: ${says}`, () => holds(advance, runs, coverage));

    it(`rule ${number} catches its mutant`, () => {
      const mutant = mutants[number];
      if (!mutant) throw new Error(`rule ${number} has no mutant`);
      expect(() => holds(mutant, { numRuns: 2000, endOnFailure: true }, new Coverage())).toThrow();
    });
  }

  it('the generators reach every phase and every way out', () => {
    for (const phase of ['Preparing', 'Progressing', 'Promoting', 'HandingOver', 'Aborting', 'LettingGo']) expect(coverage.has(`phase ${phase}`), phase).toBe(true);
    for (const reason of ['AbortedByUser', 'TooManyFailures', 'CanaryNotReady', 'Superseded', 'Reverted', 'PolicyDeleted', 'ReleaseDeleted', 'TakenOver']) expect(coverage.has(`ended in Aborted (${reason})`), reason).toBe(true);
    expect(coverage.has('ended in Completed')).toBe(true);
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

  it('leaves the workload paused when it asks for yet another version while handing over', () => {
    const world = new World(releaseWith(steps), 4, seededRandom(1));
    while (world.status.phase !== 'HandingOver') world.happen({ kind: 'round', works: 3, milliseconds: 500 });
    world.happen({ kind: 'template', to: 'other' });
    expect(world.runToEnd()).toBe(true);
    expect(world.status.phase).toBe('Completed');
    expect(world.paused).toBe(true);
    expect(world.sets.canary).toMatchObject({ size: 4, holder: 'home' });
  });

  it('waits for a person at a pause without an end, and goes on when told', () => {
    const world = new World(releaseWith([{ kind: 'weight', share: 100 }, { kind: 'pause' }, { kind: 'promote' }]), 2, seededRandom(1));
    expect(world.runToEnd(200)).toBe(false);
    expect(world.status.message).toBe('Pauses until someone goes on: serin resume web-1.');
    world.happen({ kind: 'advanceTo', step: 2 });
    expect(world.runToEnd()).toBe(true);
  });
});
