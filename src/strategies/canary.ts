import type { Plan } from '../model/plan.js';
import type { PolicySpec } from '../model/release-policy.js';
import { limitsOf, sharesArePodCounts } from './limits.js';
import { canaryStep } from './steps.js';

/** Compiles a policy with the `canary` strategy to its plan. The policy must have passed the checks. */
export function compileCanary(spec: PolicySpec): Plan {
  const { steps = [], preview } = spec.strategy.canary ?? {};
  return {
    steps: [...steps.map((step) => canaryStep(step, spec)), { kind: 'promote' }],
    sizing: sharesArePodCounts(spec) ? 'ratio' : 'part',
    ...(preview === undefined ? {} : { preview }),
    ...limitsOf(spec),
  };
}
