import fc from 'fast-check';
import { hasEnded, type Release } from '../../model/release.js';
import { WHOLE } from '../../model/split.js';
import { seededRandom } from '../../ports/random.js';
import { advance } from '../advance.js';
import { arbitraryHappenings, arbitraryRelease } from './arbitraries.js';
import type { Coverage } from './coverage.js';
import { World, type Advance, type Happening } from './world.js';

/** How many scenarios, and whether a failing one is made smaller for a person to read. */
export interface Runs {
  readonly numRuns: number;
  readonly endOnFailure?: boolean;
}

/** One rule of the design as a property of whatever decides. Throws when it does not hold. */
export interface Rule {
  readonly number: number;
  readonly says: string;
  holds(decide: Advance, runs: Runs, coverage: Coverage): void;
}

interface Scenario {
  release: Release;
  replicas: number;
  seed: number;
  happenings: Happening[];
}

const arbitraryScenario: fc.Arbitrary<Scenario> = fc.record({ release: arbitraryRelease, replicas: fc.integer({ min: 1, max: 6 }), seed: fc.integer(), happenings: arbitraryHappenings });

/** Plays scenarios and calls a fresh check after everything that happens in one. */
function always(decide: Advance, runs: Runs, coverage: Coverage, begin: () => (world: World, what: Happening) => void, finish: (world: World) => void = () => undefined): void {
  const property = fc.property(arbitraryScenario, ({ release, replicas, seed, happenings }) => {
    const world = new World(release, replicas, seededRandom(seed), decide);
    const check = begin();
    for (const what of happenings) {
      world.happen(what);
      coverage.saw(world, what);
      check(world, what);
    }
    finish(world);
    coverage.ended(world);
  });
  fc.assert(property, runs);
}

function assert(condition: boolean, claim: string): void {
  if (!condition) throw new Error(claim);
}

/** Whether the controller has just looked at everything and done all that it decided. */
const decided = ({ kind }: Happening): boolean => kind === 'controller' || kind === 'round';

/** Whatever was done to it: with Pods to work with and nobody holding it, it can come to an end. */
function letRun(world: World): boolean {
  world.happen({ kind: 'scale', replicas: Math.max(1, world.replicas) });
  world.happen({ kind: 'pause', paused: false });
  world.happen({ kind: 'advanceTo', step: 99 });
  return world.runToEnd();
}

export const rules: readonly Rule[] = [
  {
    number: 1,
    says: 'shares sum to the whole, so every request has one destination',
    holds: (decide, runs, coverage) =>
      always(decide, runs, coverage, () => ({ status: { intent, shares } }) => {
        assert(intent.share >= 0 && intent.share <= WHOLE && Number.isInteger(intent.share), `share ${intent.share}`);
        assert(shares?.asked === undefined || shares.asked.stable + shares.asked.canary === WHOLE, 'asked shares do not sum up');
      }),
  },
  {
    number: 2,
    says: 'no share goes to a version without ready Pods, unless no version has any',
    holds: (decide, runs, coverage) =>
      always(decide, runs, coverage, () => (world, what) => {
        const { status, sets, replicas } = world;
        if (!decided(what) || status.intent.routing !== 'split' || status.phase === 'LettingGo') return;
        if (sets.canary.ready === 0 && sets.stable.ready > 0) assert(status.intent.share === 0, 'a share for a canary without ready Pods');
        const mayRise = status.phase === 'Progressing' && replicas > 0 && !world.release.spec.paused;
        if (mayRise && sets.stable.ready === 0 && sets.canary.ready > 0) assert(status.intent.share === WHOLE, 'a share for stable without ready Pods');
      }),
  },
  {
    number: 3,
    says: 'after an abort the canary share never rises, and falls to what ready stable Pods cannot carry',
    holds: (decide, runs, coverage) =>
      always(decide, runs, coverage, () => {
        let lowest = WHOLE;
        return ({ status, sets, replicas }, what) => {
          if (status.phase !== 'Aborting') return;
          assert(status.intent.share <= lowest, `share rose to ${status.intent.share} after an abort`);
          lowest = status.intent.share;
          if (!decided(what)) return;
          const ready = Math.min(sets.stable.ready, replicas);
          const uncarried = ready === replicas ? 0 : WHOLE - Math.floor((WHOLE * ready) / replicas);
          assert(status.intent.share <= uncarried, `share ${status.intent.share} although stable carries all but ${uncarried}`);
        };
      }),
  },
  {
    number: 4,
    says: 'no step is skipped, none comes twice',
    holds: (decide, runs, coverage) =>
      always(decide, runs, coverage, () => {
        let last = 0;
        return ({ status, release }, what) => {
          const { index } = status.step;
          assert(index >= last && index <= release.spec.plan.steps.length, `step ${index} after ${last}`);
          if (decided(what) || what.kind === 'crash') assert(index - last <= 1, `step ${index} after ${last}`);
          last = index;
        };
      }),
  },
  { number: 5, says: 'killed between any two writes, it comes to the same end', holds: sameEnd },
  { number: 6, says: 'ready capacity never falls under what is asked for because of a decision', holds: keepsCapacity },
  {
    number: 7,
    says: 'it always moves, ends, or says what it waits for',
    holds: (decide, runs, coverage) =>
      always(
        decide, runs, coverage,
        () => ({ status }, what) => assert(!decided(what) || (status.message ?? '') !== '', 'says nothing'),
        (world) => assert(letRun(world), `stands still in ${world.status.phase}: ${world.status.message ?? ''}`),
      ),
  },
  {
    number: 8,
    says: 'what was claimed is put back, and nothing stays held by a release that ended',
    holds: (decide, runs, coverage) =>
      always(decide, runs, coverage, () => () => undefined, (world) => {
        letRun(world);
        const { stable, canary } = world.sets;
        assert(world.written === undefined, 'routes were not put back');
        assert([stable, canary, world.old].every(({ exists, holder }) => !exists || holder !== 'release'), 'a ReplicaSet is still held');
        assert((world.status.phase === 'Completed' ? canary : stable).holder === 'home', 'the serving version is not at home');
      }),
  },
  {
    number: 10,
    says: 'the same inputs give the same decision',
    holds: (decide, runs, coverage) =>
      always(decide, runs, coverage, () => (world) => {
        if (hasEnded(world.status.phase)) return;
        const [first, second] = [1, 2].map(() => JSON.stringify(decide(structuredClone({ ...world.release, status: world.status }), structuredClone(world.observation()), world.now)));
        assert(first === second, 'two answers to one question');
      }),
  },
];

function sameEnd(decide: Advance, runs: Runs): void {
  const scenario = fc.record({
    release: arbitraryRelease,
    replicas: fc.integer({ min: 1, max: 5 }),
    seed: fc.integer(),
    kills: fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 40 }),
    rate: fc.constantFrom(0, 1),
  });
  const property = fc.property(scenario, ({ release, replicas, seed, kills, rate }) => {
    const end = (crashes: number[]): string => {
      const world = new World(release, replicas, seededRandom(seed), decide);
      world.failRate = rate;
      for (const after of crashes) {
        world.controller(after);
        world.work();
      }
      const ended = world.runToEnd();
      const { phase, abortReason } = world.status;
      return JSON.stringify({ ended, phase, abortReason, sets: world.sets, written: world.written, paused: world.paused });
    };
    const undisturbed = end([]);
    assert(undisturbed.startsWith('{"ended":true'), `no end: ${undisturbed}`);
    const disturbed = end(kills);
    assert(disturbed === undisturbed, `${disturbed} instead of ${undisturbed}`);
  });
  fc.assert(property, runs);
}

function keepsCapacity(decide: Advance, runs: Runs): void {
  const scenario = fc.record({ release: arbitraryRelease, replicas: fc.integer({ min: 1, max: 6 }), seed: fc.integer(), abortAt: fc.option(fc.integer({ min: 0, max: 300 })) });
  const property = fc.property(scenario, ({ release, replicas, seed, abortAt }) => {
    const world = new World(release, replicas, seededRandom(seed), decide);
    for (let turn = 0; turn < 400; turn++) {
      if (turn === abortAt) world.happen({ kind: 'abort' });
      world.controller();
      world.work();
      world.happen({ kind: 'tick', milliseconds: 250 });
      const { stable, canary } = world.sets;
      assert(stable.ready + canary.ready >= replicas, `${stable.ready} + ${canary.ready} ready of ${replicas}`);
      if (world.accepted === undefined) continue;
      assert(world.accepted === WHOLE || stable.ready > 0, 'stable has a share and no ready Pod');
      assert(world.accepted === 0 || canary.ready > 0, 'the canary has a share and no ready Pod');
    }
  });
  fc.assert(property, { ...runs, numRuns: Math.ceil(runs.numRuns / 4) });
}

/** For each rule, the engine with one deliberate mistake that the rule must catch. */
export const mutants: Readonly<Record<number, Advance>> = {
  1: (release, observation, now) => alter(advance(release, observation, now), ({ intent }) => ({ intent: { ...intent, share: intent.share + 0.5 } })),
  2: (release, observation, now) => advance(release, { ...observation, replicaSets: { ...observation.replicaSets, canary: observation.replicaSets.canary && { ...observation.replicaSets.canary, ready: 9 } } }, now),
  3: (release, observation, now) => alter(advance(release, observation, now), ({ phase, intent }) => (phase === 'Aborting' ? { intent: { ...intent, share: release.status?.intent.share ?? 0 } } : {})),
  4: (release, observation, now) => alter(advance(release, observation, now), ({ step }) => (step.index > (release.status?.step.index ?? 0) ? { step: { ...step, index: step.index + 1 } } : {})),
  5: (release, observation, now) =>
    alter(advance(release, observation, now), ({ phase }) => {
      const unfinished = (observation.replicaSets.canary?.size ?? 0) !== (release.status?.intent.sizes.canary ?? 0);
      return unfinished && phase === 'Progressing' ? { phase: 'Aborting', abortReason: 'AbortedByUser' } : {};
    }),
  6: (release, observation, now) => alter(advance(release, observation, now), ({ intent, phase }) => (phase === 'Progressing' ? { intent: { ...intent, holders: { ...intent.holders, stable: 'release' }, sizes: { ...intent.sizes, stable: 0 } } } : {})),
  7: (release, observation, now) => alter(advance(release, observation, now), ({ phase }) => (phase === 'Promoting' ? { message: '' } : {})),
  8: (release, observation, now) => alter(advance(release, observation, now), ({ phase, intent }) => (phase === 'HandingOver' && intent.routing === 'release' ? { phase: 'Completed' } : {})),
  10: (release, observation, now) => alter(advance(release, observation, now), () => ({ message: `${salt++}` })),
};

let salt = 0;

const alter = (decision: ReturnType<Advance>, change: (status: ReturnType<Advance>['status']) => Partial<ReturnType<Advance>['status']>): ReturnType<Advance> => ({
  ...decision,
  status: { ...decision.status, ...change(decision.status) },
});
