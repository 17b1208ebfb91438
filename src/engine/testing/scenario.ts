import fc from 'fast-check';
import type { Release } from '../../model/release.js';
import { seededRandom } from '../../ports/random.js';
import { arbitraryHappenings, arbitraryManners, arbitraryRelease } from './arbitraries.js';
import { arbitraryBeginning, asked, withWords, type Beginning } from './beginnings.js';
import type { Coverage } from './coverage.js';
import type { Happening } from './happening.js';
import type { Manners } from './others.js';
import { World, type Advance } from './world.js';

/** How many scenarios, and whether a failing one is made smaller for a person to read. */
export interface Runs {
  readonly numRuns: number;
  readonly endOnFailure?: boolean;
}

interface Scenario {
  release: Release;
  replicas: number;
  seed: number;
  manners: Manners;
  happenings: Happening[];
  beginning: Beginning | undefined;
}

const arbitraryScenario: fc.Arbitrary<Scenario> = fc.record({
  release: arbitraryRelease, replicas: fc.integer({ min: 1, max: 6 }), seed: fc.integer(), manners: arbitraryManners, happenings: arbitraryHappenings, beginning: arbitraryBeginning,
});

/** Plays scenarios and calls a fresh check after everything that happens in one. */
export function always(decide: Advance, runs: Runs, coverage: Coverage, begin: () => (world: World, what: Happening) => void, finish: (world: World) => void = () => undefined): void {
  const property = fc.property(arbitraryScenario, ({ release, replicas, seed, manners, happenings, beginning }) => {
    const world = new World(asked(release, beginning), replicas, seededRandom(seed), decide, manners);
    world.beginning = beginning;
    const check = begin();
    for (const what of withWords(happenings, beginning)) {
      world.happen(what);
      coverage.saw(world, what);
      check(world, what);
    }
    finish(world);
    coverage.ended(world);
  });
  fc.assert(property, runs);
}

/** @throws Error with the claim when it does not hold */
export function claim(condition: boolean, text: string): void {
  if (!condition) throw new Error(text);
}

/** Whether the controller has just looked at everything and done all that it decided. */
export const decided = ({ kind }: Happening): boolean => kind === 'controller' || kind === 'round';

/** Whatever was done to it: with Pods to work with, people who answer and nobody holding it, it can come to an end. */
export function letRun(world: World): boolean {
  world.happen({ kind: 'scale', replicas: Math.max(1, world.replicas) });
  world.happen({ kind: 'pause', paused: false });
  world.happen({ kind: 'advanceTo', step: 99 });
  return world.runToEnd({ people: true });
}
