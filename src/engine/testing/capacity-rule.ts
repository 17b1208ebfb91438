import fc from 'fast-check';
import type { Plan } from '../../model/plan.js';
import { allowances, enoughReady } from '../../model/sizing.js';
import { WHOLE } from '../../model/split.js';
import { seededRandom } from '../../ports/random.js';
import { arbitraryRelease } from './arbitraries.js';
import { claim, type Runs } from './scenario.js';
import { countsOf, pointsOf } from './step-rules.js';
import { World, type Advance } from './world.js';

const arbitraryRun = fc.record({ release: arbitraryRelease, replicas: fc.integer({ min: 1, max: 8 }), seed: fc.integer(), abortAt: fc.option(fc.integer({ min: 0, max: 300 })) });

/**
 * Undisturbed but for an abort: enough ready Pods at every moment, also behind each share, and in batches no more Pods than the
 * surge allows; a stable Pod goes only after the share that it carried.
 */
export function keepsCapacity(decide: Advance, runs: Runs): void {
  const property = fc.property(arbitraryRun, ({ release, replicas, seed, abortAt }) => {
    const world = new World(release, replicas, seededRandom(seed), decide);
    const { plan } = release.spec;
    const batches = plan.sizing === 'batch';
    const { surge, unavailable: mayMiss } = batches ? allowances(plan, replicas) : { surge: 0, unavailable: 0 };
    // Where fewer ready Pods are called enough, so many fewer may carry traffic.
    const unavailable = mayMiss + notNeeded(plan, replicas);
    const sized = batches && plan.steps.some(({ kind }) => kind === 'scale');
    for (let turn = 0; turn < 400; turn++) {
      if (turn === abortAt) world.happen({ kind: 'abort' });
      world.controller();
      world.answer();
      const { stable, canary } = world.sets;
      const most = batches ? Math.max(replicas + surge, ...goalsOf(plan, replicas)) : 0;
      if (batches) claim(stable.size + canary.size <= most, `${stable.size} + ${canary.size} Pods asked for, ${most} and no more are allowed`);
      if (batches && plan.countsPods !== true) carries(world, replicas, unavailable);
      world.work();
      world.happen({ kind: 'tick', milliseconds: 250 });
      if (world.status.phase === 'Aborted') claim(stable.ready >= replicas, `${stable.ready} stable Pods of ${replicas} are ready at the end`);
      // Where the plan says how many Pods the canary has, it is for stable alone to carry what the canary's share leaves.
      const left = world.acceptedShare === undefined ? 0 : WHOLE - world.acceptedShare;
      if (sized) claim(stable.ready >= Math.floor((replicas * left) / WHOLE) - unavailable, `${stable.ready} stable Pods are ready for ${left} per mille`);
      else claim(stable.ready + canary.ready >= replicas - unavailable, `${stable.ready} + ${canary.ready} ready of ${replicas}, ${unavailable} may be missing`);
      const share = world.acceptedShare;
      if (share === undefined || plan.countsPods === true) continue;
      // Where all Pods may be missing at once, nothing is promised.
      if (unavailable >= replicas) continue;
      claim(share === WHOLE || stable.ready > 0, 'stable has a share and no ready Pod');
      claim(share === 0 || canary.ready > 0, 'the canary has a share and no ready Pod');
    }
  });
  fc.assert(property, { ...runs, numRuns: Math.ceil(runs.numRuns / 2) });
}

/** How many Pods that were asked for need not be ready, at most. */
function notNeeded(plan: Plan, replicas: number): number {
  const most = Math.max(replicas, ...plan.steps.map(({ kind, pods = 0 }) => (kind === 'scale' ? pods : 0)));
  return Math.max(...Array.from({ length: most + 1 }, (_, asked) => asked - enoughReady(asked, plan)));
}

/** How many Pods of both versions each step asks for, where weights move Pods in place. */
const goalsOf = (plan: Plan, replicas: number): number[] =>
  plan.steps.flatMap((_, index) => {
    const counts = countsOf(plan, plan.steps.slice(0, index + 1), replicas);
    return counts ? [counts.canary + counts.stable] : [];
  });

/**
 * Both versions are sized for the shares that are in force, but for the Pods that may be missing: evenly, or as batches say
 * themselves, which may be less.
 */
function carries({ accepted, release, status, sets: { stable, canary } }: World, replicas: number, unavailable: number): void {
  if (accepted === undefined) return;
  const { share } = accepted;
  const { steps } = release.spec.plan;
  if (steps.some(({ kind }) => kind === 'weight')) {
    claim(stable.size >= Math.floor((replicas * (WHOLE - share)) / WHOLE) - unavailable, `${stable.size} stable Pods are left and carry traffic: ${WHOLE - share} per mille`);
    const sized = steps.some(({ kind }) => kind === 'scale');
    if (!sized) claim(canary.size >= Math.floor((replicas * share) / WHOLE) - unavailable, `${canary.size} canary Pods are left and carry traffic: ${share} per mille`);
    return;
  }
  const said = podsFor(share, [{ pods: 0, share: 0 }, ...pointsOf(release.spec.plan.steps.slice(0, status.step.index + 1), replicas), { pods: replicas, share: WHOLE }]);
  const forStable = Math.min(Math.floor((replicas * (WHOLE - share)) / WHOLE), replicas - said.most);
  const forCanary = Math.min(Math.floor((replicas * share) / WHOLE), said.least);
  claim(stable.size >= forStable - unavailable, `${stable.size} stable Pods are left, ${forStable} carry traffic`);
  claim(canary.size >= forCanary - unavailable, `${canary.size} canary Pods are left, ${forCanary} carry traffic`);
}

/** How many canary Pods a share stands for between two batches, at least and at most. */
function podsFor(share: number, points: readonly { readonly pods: number; readonly share: number }[]): { readonly least: number; readonly most: number } {
  const between = points.slice(1).flatMap((to, index) => {
    const from = points[index] ?? to;
    if (share < Math.min(from.share, to.share) || share > Math.max(from.share, to.share)) return [];
    // Shares are whole per mille: where there are fewer of them than Pods, one may stand for several.
    if (to.share === from.share || to.share - from.share < to.pods - from.pods) return [from.pods, to.pods];
    return [from.pods + ((to.pods - from.pods) * (share - from.share)) / (to.share - from.share)];
  });
  return { least: Math.floor(Math.min(...between)), most: Math.ceil(Math.max(...between)) };
}
