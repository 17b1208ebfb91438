import type { Plan } from '../model/plan.js';
import type { PolicySpec } from '../model/release-policy.js';
import { limitsOf, sharesArePodCounts } from './limits.js';
import { canaryStep, isNothing, perMille, podAmount } from './steps.js';

/** Compiles a policy with the `canary` strategy to its plan. The policy must have passed the checks. */
export function compileCanary(spec: PolicySpec): Plan {
  const { steps = [], preview, minimumPods, readyThreshold } = spec.strategy.canary ?? {};
  return {
    steps: [...steps.map((step) => canaryStep(step, spec)), { kind: 'promote' }],
    ...sizingOf(spec),
    ...(preview === undefined ? {} : { preview }),
    ...(minimumPods === undefined ? {} : { minimumPods }),
    ...(readyThreshold === undefined ? {} : { readyThreshold: amountOf(readyThreshold) }),
    ...limitsOf(spec),
  };
}

function sizingOf(spec: PolicySpec): Pick<Plan, 'sizing' | 'countsPods' | 'surge' | 'unavailable'> {
  const { inPlace } = spec.strategy.canary ?? {};
  if (!inPlace) return { sizing: sharesArePodCounts(spec) ? 'ratio' : 'part' };
  const { maxSurge = '25%', maxUnavailable = 0 } = inPlace;
  const unavailable = podAmount(maxUnavailable);
  // A part that is less than a Pod is one, where there is to be none beyond the replicas.
  const least = isNothing(maxSurge) && unavailable.part !== undefined && unavailable.part > 0 ? { pods: 1 } : {};
  return { sizing: 'batch', countsPods: sharesArePodCounts(spec), surge: podAmount(maxSurge), unavailable: { ...unavailable, ...least } };
}

const amountOf = ({ pods, percent }: { readonly pods?: number; readonly percent?: number }): NonNullable<Plan['readyThreshold']> =>
  ({ ...(pods === undefined ? {} : { pods }), ...(percent === undefined ? {} : { part: perMille(percent) }) });
