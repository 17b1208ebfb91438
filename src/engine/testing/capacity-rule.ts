import fc from 'fast-check';
import { allowances } from '../../model/sizing.js';
import { WHOLE } from '../../model/split.js';
import { seededRandom } from '../../ports/random.js';
import { arbitraryRelease } from './arbitraries.js';
import { claim, type Runs } from './scenario.js';
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
    const { surge, unavailable } = batches ? allowances(plan, replicas) : { surge: 0, unavailable: 0 };
    for (let turn = 0; turn < 400; turn++) {
      if (turn === abortAt) world.happen({ kind: 'abort' });
      world.controller();
      world.answer();
      const { stable, canary } = world.sets;
      if (batches) claim(stable.size + canary.size <= replicas + surge, `${stable.size} + ${canary.size} Pods asked for, ${replicas} and ${surge} more are allowed`);
      if (batches && plan.countsPods !== true) carries(world, replicas, unavailable);
      world.work();
      world.happen({ kind: 'tick', milliseconds: 250 });
      claim(stable.ready + canary.ready >= replicas - unavailable, `${stable.ready} + ${canary.ready} ready of ${replicas}, ${unavailable} may be missing`);
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

/** Both versions are sized for the shares that are in force, but for the Pods that may be missing. */
function carries({ accepted, sets: { stable, canary } }: World, replicas: number, unavailable: number): void {
  if (accepted === undefined) return;
  const { share } = accepted;
  const [forStable, forCanary] = [Math.floor((replicas * (WHOLE - share)) / WHOLE), Math.floor((replicas * share) / WHOLE)];
  claim(stable.size >= forStable - unavailable, `${stable.size} stable Pods are left, ${forStable} carry traffic`);
  claim(canary.size >= forCanary - unavailable, `${canary.size} canary Pods are left, ${forCanary} carry traffic`);
}
