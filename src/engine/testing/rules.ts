import { hasEnded } from '../../model/release.js';
import { WHOLE } from '../../model/split.js';
import { onlyLooks, takesBackWhatCrashes, takesBackWhatFails } from './analysis-rules.js';
import { keepsCapacity } from './capacity-rule.js';
import { beginsWithConsent, goesOnWithWhatWasApproved } from './consent-rules.js';
import type { Coverage } from './coverage.js';
import { sameEnd } from './same-end-rule.js';
import { always, claim, decided, letRun, type Runs } from './scenario.js';
import { asksOnce, leavesApprovalsWithConsent, leavesByTheStepsOwnRule } from './step-rules.js';
import type { Advance, World } from './world.js';

/** One rule of the design as a property of whatever decides. Throws when it does not hold. */
export interface Rule {
  readonly number: number;
  readonly says: string;
  holds(decide: Advance, runs: Runs, coverage: Coverage): void;
}

/** Whether anything but shares leads to the canary. */
const leadsBesideShares = ({ status: { intent } }: World): boolean => intent.matches !== undefined || intent.mirror !== undefined || intent.mirrors !== undefined || intent.preview !== undefined;

export const rules: readonly Rule[] = [
  {
    number: 1,
    says: 'shares sum to the whole, so every request has one destination',
    holds: (decide, runs, coverage) =>
      always(decide, runs, coverage, () => ({ status: { intent, shares } }) => {
        claim(intent.share >= 0 && intent.share <= WHOLE && Number.isInteger(intent.share), `share ${intent.share}`);
        claim((intent.mirror ?? 1) >= 1 && (intent.mirror ?? 1) <= WHOLE, `mirror ${intent.mirror ?? 0}`);
        claim(shares?.asked === undefined || shares.asked.stable + shares.asked.canary === WHOLE, 'asked shares do not sum up');
      }),
  },
  {
    number: 2,
    says: 'no share, match, mirror or preview goes to a version without ready Pods, unless no version has any',
    holds: (decide, runs, coverage) =>
      always(decide, runs, coverage, () => (world, what) => {
        const { status, sets, replicas } = world;
        if (!decided(what) || status.intent.routing !== 'split' || status.phase === 'LettingGo') return;
        if (sets.canary.ready === 0) claim(!leadsBesideShares(world), 'matches, a mirror or a preview for a canary without ready Pods');
        if (sets.canary.ready === 0 && sets.stable.ready > 0) claim(status.intent.share === 0, 'a share for a canary without ready Pods');
        const mayRise = status.phase === 'Progressing' && replicas > 0 && !world.release.spec.paused && !status.asksAgain;
        if (mayRise && sets.stable.ready === 0 && sets.canary.ready > 0) claim(status.intent.share === WHOLE, 'a share for stable without ready Pods');
      }),
  },
  {
    number: 3,
    says: 'after an abort the canary share never rises, and falls to what ready stable Pods cannot carry; matches, mirror and preview end at once',
    holds: (decide, runs, coverage) =>
      always(decide, runs, coverage, () => {
        let lowest = WHOLE;
        return (world, what) => {
          const { status, sets, replicas } = world;
          if (status.phase !== 'Aborting') return;
          claim(status.intent.share <= lowest, `share rose to ${status.intent.share} after an abort`);
          claim(!leadsBesideShares(world), 'matches, a mirror or a preview after an abort');
          lowest = status.intent.share;
          if (!decided(what)) return;
          const ready = Math.min(sets.stable.ready, replicas);
          const uncarried = ready === replicas ? 0 : WHOLE - Math.floor((WHOLE * ready) / replicas);
          claim(status.intent.share <= uncarried, `share ${status.intent.share} although stable carries all but ${uncarried}`);
        };
      }),
  },
  {
    number: 4,
    says: 'no step is skipped, none comes twice, each is left by its own rule; a Job runs at most once',
    holds: (decide, runs, coverage) =>
      always(decide, runs, coverage, () => {
        let last = 0;
        return (world, what) => {
          const { status, release } = world;
          const { index } = status.step;
          claim(index >= last && index <= release.spec.plan.steps.length, `step ${index} after ${last}`);
          if (decided(what) || what.kind === 'crash') {
            claim(index - last <= 1, `step ${index} after ${last}`);
            leavesByTheStepsOwnRule(world);
          }
          asksOnce(world);
          last = index;
        };
      }),
  },
  { number: 5, says: 'killed between any two writes, it comes to the same end', holds: sameEnd },
  { number: 6, says: 'ready capacity never falls under what is asked for because of a decision, nor do batches surge', holds: keepsCapacity },
  {
    number: 7,
    says: 'it always moves, ends, or says what it waits for',
    holds: (decide, runs, coverage) =>
      always(
        decide, runs, coverage,
        () => ({ status }, what) => claim(!decided(what) || (status.message ?? '') !== '', 'says nothing'),
        (world) => claim(letRun(world), `stands still in ${world.status.phase}: ${world.status.message ?? ''}`),
      ),
  },
  {
    number: 8,
    says: 'what was claimed is put back, and nothing stays held by a release that ended',
    holds: (decide, runs, coverage) =>
      always(decide, runs, coverage, () => () => undefined, (world) => {
        letRun(world);
        const { stable, canary } = world.sets;
        claim(world.written === undefined, 'routes were not put back');
        claim([stable, canary, world.old].every(({ exists, holder }) => !exists || holder !== 'release'), 'a ReplicaSet is still held');
        claim((world.status.phase === 'Completed' ? canary : stable).holder === 'home', 'the serving version is not at home');
      }),
  },
  {
    number: 9,
    says: 'only those who may approve move a release past an approval, into its beginning, through a freeze window, or on with another image than was agreed to',
    holds: (decide, runs, coverage) => always(decide, runs, coverage, () => (world) => {
        leavesApprovalsWithConsent(world);
        beginsWithConsent(world);
        goesOnWithWhatWasApproved(world);
      }),
  },
  {
    number: 10,
    says: 'the same inputs give the same decision',
    holds: (decide, runs, coverage) =>
      always(decide, { ...runs, numRuns: Math.ceil(runs.numRuns / 3) }, coverage, () => (world) => {
        if (hasEnded(world.status.phase)) return;
        const [first, second] = [1, 2].map(() => JSON.stringify(decide(structuredClone({ ...world.release, status: world.status }), structuredClone(world.observation()), world.now)));
        claim(first === second, 'two answers to one question');
      }),
  },
  {
    number: 11,
    says: 'a metric that fails, or a Pod that crashes, takes the canary back in the same pass, where it counts; elsewhere it changes nothing',
    holds: (decide, runs, coverage) =>
      always(decide, runs, coverage, () => ({ asked }) => {
        if (!asked) return;
        takesBackWhatFails(asked);
        takesBackWhatCrashes(asked);
        onlyLooks(asked, decide);
      }),
  },
];
