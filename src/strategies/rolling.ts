import type { Plan } from '../model/plan.js';
import type { PolicySpec } from '../model/release-policy.js';
import { limitsOf, sharesArePodCounts } from './limits.js';
import { checkStep, podAmount } from './steps.js';

/** Compiles a policy with the `rolling` strategy: batches of Pods that replace stable's, with checks between. */
export function compileRolling(spec: PolicySpec): Plan {
  const { batches = [], between = [], maxSurge = '25%', maxUnavailable = 0 } = spec.strategy.rolling ?? {};
  return {
    steps: [
      ...batches.flatMap((batch, index) => [
        { kind: 'batch' as const, ...podAmount(batch) },
        ...(index < batches.length - 1 ? between.map((step) => checkStep(step)) : []),
      ]),
      { kind: 'promote' },
    ],
    sizing: 'batch',
    countsPods: sharesArePodCounts(spec),
    surge: podAmount(maxSurge),
    unavailable: podAmount(maxUnavailable),
    ...limitsOf(spec),
  };
}
