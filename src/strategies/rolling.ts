import type { Plan, PlanStep } from '../model/plan.js';
import { batchStep, type Batch } from '../model/policy/batches.js';
import type { PolicySpec } from '../model/release-policy.js';
import { limitsOf, sharesArePodCounts } from './limits.js';
import { checkStep, perMille, podAmount } from './steps.js';

/**
 * Compiles a policy with the `rolling` strategy: batches of Pods that replace stable's, with checks between. A pause of a
 * batch's own takes the place of those.
 */
export function compileRolling(spec: PolicySpec): Plan {
  const { batches = [], between = [], maxSurge = '25%', maxUnavailable = 0 } = spec.strategy.rolling ?? {};
  return {
    steps: [
      ...batches.flatMap((batch, index) => {
        const { pause } = batchStep(batch);
        return [plannedBatch(batch), ...(pause ? [checkStep({ pause })] : index < batches.length - 1 ? between.map((step) => checkStep(step)) : [])];
      }),
      { kind: 'promote' },
    ],
    sizing: 'batch',
    countsPods: sharesArePodCounts(spec),
    surge: podAmount(maxSurge),
    unavailable: podAmount(maxUnavailable),
    ...limitsOf(spec),
  };
}

function plannedBatch(batch: Batch): PlanStep {
  const { weight } = batchStep(batch);
  return { kind: 'batch', ...batchAmount(batch), ...(weight === undefined ? {} : { share: perMille(weight) }) };
}

/** How far a batch goes, as a count or as a part. */
export function batchAmount(batch: Batch): Pick<PlanStep, 'pods' | 'part'> {
  const { pods, part } = batchStep(batch);
  return podAmount(pods ?? part ?? 0);
}
