import fc from 'fast-check';
import { allowances } from '../../model/sizing.js';
import type { Release } from '../../model/release.js';
import { seededRandom } from '../../ports/random.js';
import { arbitraryManners, arbitraryRelease } from './arbitraries.js';
import { claim, type Runs } from './scenario.js';
import { World, type Advance } from './world.js';

/** How much was seen by the end of an analysis depends on how long everything took, so here nothing ends by that. */
const patient = arbitraryRelease.map(({ spec, ...rest }): Release => {
  const steps = spec.plan.steps.map((step) => (step.undecided === 'abort' ? { ...step, undecided: 'hold' as const } : step));
  return { ...rest, spec: { ...spec, plan: { ...spec.plan, steps } } };
});

const arbitraryKills = fc.record({
  release: patient,
  replicas: fc.integer({ min: 1, max: 5 }),
  seed: fc.integer(),
  kills: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }),
  fate: fc.oneof(fc.constant({ rate: 1, manners: undefined }), fc.record({ rate: fc.constant(0), manners: arbitraryManners })),
});

/** What is left to somebody else has the size that it had when its traffic was gone, which depends on how long everything took. */
function setsOf({ sets, status, release: { spec: { plan } } }: World): unknown {
  if (!plan.leaves) return sets;
  return status.phase === 'Completed' ? { canary: sets.canary } : { stable: sets.stable };
}

/** Killed between any two writes, at the same scenario, it comes to the same end. */
export function sameEnd(decide: Advance, runs: Runs): void {
  const property = fc.property(arbitraryKills, ({ release, replicas, seed, kills, fate: { rate, manners } }) => {
    const end = (crashes: number[]): string => {
      const world = new World(release, replicas, seededRandom(seed), decide, manners);
      // A version that fails is taken back only where its old one is drained, so that there is time to see it.
      // What stable does is known before the release begins: behind a switch there is nothing else to compare with.
      for (let turn = 0; turn < 40; turn++) world.happen({ kind: 'tick', milliseconds: 500 });
      world.failRate = release.spec.plan.keepsStable || release.spec.plan.leaves || (release.spec.plan.sizing === 'batch' && allowances(release.spec.plan, replicas).surge === 0) ? 0 : rate;
      for (const after of crashes) {
        world.controller(after);
        world.work();
      }
      const ended = world.runToEnd({ people: true });
      const { phase, abortReason } = world.status;
      // One that fails may be seen to fail before or after it has asked for something.
      const asked = rate > 0 ? [] : [...world.others.runs, ...[...world.others.keys].map(([index, used]) => [index, ...used])];
      return JSON.stringify({ ended, phase, abortReason, sets: setsOf(world), written: world.written, paused: world.paused, asked });
    };
    const undisturbed = end([]);
    claim(undisturbed.startsWith('{"ended":true'), `no end: ${undisturbed}`);
    const disturbed = end(kills);
    claim(disturbed === undisturbed, `${disturbed} instead of ${undisturbed}`);
  });
  fc.assert(property, runs);
}
