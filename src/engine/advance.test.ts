import { afterAll, describe, expect, it } from 'vitest';
import { sizings, stepKinds } from '../model/plan.js';
import { abortReasons } from '../model/release.js';
import { seededRandom } from '../ports/random.js';
import { advance } from './advance.js';
import { releaseWith } from './testing/arbitraries.js';
import { Coverage } from './testing/coverage.js';
import { mutants } from './testing/mutants.js';
import { rules } from './testing/rules.js';
import { World } from './testing/world.js';

const runs = { numRuns: Number(process.env['SERIN_PROPERTY_RUNS'] ?? 300) };

/** Ends that the model world does not lead to. */
const unplayed: ReadonlySet<string> = new Set(['CanaryGone', 'WorkloadGone', 'Restored']);

describe('always true', () => {
  const coverage = new Coverage();
  afterAll(() => console.log(`generated scenarios covered: ${coverage.toString()}`));

  for (const { number, says, holds } of rules) {
    it(`rule ${number}: ${says}`, () => holds(advance, runs, coverage));

    it.each(mutants.filter(({ rule }) => rule === number))(`rule ${number} catches an engine that $mistake`, ({ decide, breaks }) => {
      expect(claimBrokenBy(() => holds(decide, { numRuns: 2000, endOnFailure: true }, new Coverage()))).toMatch(breaks);
    });
  }

  it('the generators reach every phase, every kind of step and every way out', () => {
    const reached = (what: string): void => expect(coverage.has(what), what).toBe(true);
    for (const phase of ['Preparing', 'Progressing', 'Promoting', 'HandingOver', 'Aborting', 'LettingGo']) reached(`phase ${phase}`);
    for (const kind of stepKinds.filter((each) => each !== 'promote')) reached(`passed ${kind}`);
    for (const sizing of sizings) reached(`sized by ${sizing}`);
    for (const what of ['requests matched', 'requests mirrored', 'some requests mirrored', 'canary previewed', 'aborted with more than shares', 'workload Versions, old one kept', 'workload Versions, left in Completed', 'workload Versions, left in Aborted', 'in place, by Pods', 'in place, by shares', 'with minimumPods', 'with readyThreshold', 'with crashes', 'sized by batch, counting Pods', 'sized by batch, with shares of their own', 'held for approval', 'held for freeze']) reached(what);
    for (const reason of abortReasons.filter((each) => !unplayed.has(each))) reached(`ended in Aborted (${reason})`);
    reached('ended in Completed');
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
      ['ReleaseStarted', 'StepStarted', 'ShareAsked', 'StepStarted', 'AnalysisUndecided', 'StepStarted', 'ShareAsked', 'Promoting', 'ShareAsked', 'HandingOver', 'Completed'],
    );
  });

  it('in batches borrows stable last, so that the Deployment is never left with an older version alone', () => {
    const world = new World(releaseWith([{ kind: 'batch', part: 500 }, { kind: 'promote' }], { sizing: 'batch', surge: { pods: 1 } }), 4, seededRandom(1));
    for (let turn = 0; world.sets.stable.holder === 'home'; turn++) {
      expect(turn).toBeLessThan(10);
      // The older one is not lent yet when the controller dies here.
      world.happen({ kind: 'crash', after: 6 });
      if (world.old.holder === 'home') expect(world.sets.stable.holder).toBe('home');
      world.happen({ kind: 'controller' });
    }
    expect(world.old).toMatchObject({ holder: 'release', size: 0 });
  });

  it('in batches goes back although no Pod may be beyond the replicas', () => {
    const world = new World(releaseWith([{ kind: 'batch', part: 1000 }, { kind: 'pause' }, { kind: 'promote' }], { sizing: 'batch', surge: { pods: 0 }, unavailable: { pods: 1 } }), 3, seededRandom(1));
    expect(world.runToEnd({ limit: 300 })).toBe(false);
    expect(world.acceptedShare).toBe(1000);
    world.happen({ kind: 'abort' });
    expect(world.runToEnd()).toBe(true);
    expect(world.sets.stable).toMatchObject({ size: 3, ready: 3, holder: 'home' });
  });

  it('in batches takes part of the share back when the workload grows', () => {
    const world = new World(releaseWith([{ kind: 'batch', part: 500 }, { kind: 'pause' }, { kind: 'promote' }], { sizing: 'batch', surge: { pods: 1 } }), 1, seededRandom(1));
    world.runToEnd({ limit: 100 });
    expect(world.acceptedShare).toBe(1000);
    world.happen({ kind: 'scale', replicas: 4 });
    world.runToEnd({ limit: 100 });
    expect(world.acceptedShare).toBe(500);
    expect(world.status.message).toBe('Pauses until someone goes on: serin resume web-1.');
  });

  it.each([
    ['shares', releaseWith([{ kind: 'weight', share: 500 }, { kind: 'pause' }, { kind: 'promote' }])],
    ['batches', releaseWith([{ kind: 'batch', part: 500 }, { kind: 'pause' }, { kind: 'promote' }], { sizing: 'batch', surge: { pods: 1 } })],
  ])('in %s does not count Pods that it had told to end when it adds some again', (_, release) => {
    const world = new World(release, 4, seededRandom(1));
    world.runToEnd({ limit: 60 });
    expect(world.sets.canary).toMatchObject({ size: 2, ready: 2 });
    world.watchPods(false);
    world.happen({ kind: 'scale', replicas: 2 });
    for (let turn = 0; turn < 10; turn++) world.happen({ kind: 'round', works: 3, milliseconds: 10 });
    world.command({ advanceTo: 2 });
    for (let turn = 0; turn < 10; turn++) {
      world.happen({ kind: 'round', works: 3, milliseconds: 10 });
      expect(world.acceptedShare).toBe(500);
    }
    world.watchPods(true);
    expect(world.runToEnd()).toBe(true);
    expect(world.status.phase).toBe('Completed');
  });

  it('of versions that users run gives stable the size that the policy asks for before it goes back to it', () => {
    const release = releaseWith([{ kind: 'weight', share: 500 }, { kind: 'pause' }, { kind: 'promote' }]);
    const world = new World({ ...release, spec: { ...release.spec, workload: { kind: 'Versions', name: 'web' } } }, 2, seededRandom(1));
    world.runToEnd({ limit: 60 });
    world.happen({ kind: 'scale', replicas: 4 });
    world.happen({ kind: 'abort' });
    expect(world.runToEnd()).toBe(true);
    expect(world.sets.stable).toMatchObject({ size: 4, ready: 4, holder: 'home' });
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
    expect(world.runToEnd({ limit: 200 })).toBe(false);
    expect(world.status.message).toBe('Pauses until someone goes on: serin resume web-1.');
    world.happen({ kind: 'advanceTo', step: 2 });
    expect(world.runToEnd()).toBe(true);
  });
});

/** What a failed property says; empty when it holds. */
function claimBrokenBy(property: () => void): string {
  try {
    property();
    return '';
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  }
}
