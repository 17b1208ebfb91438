import { parseDuration } from '../model/duration.js';
import type { Plan, PlanStep } from '../model/plan.js';
import type { PolicySpec, PolicyStep } from '../model/release-policy.js';

/** What counts where a policy says nothing. */
export const defaults = {
  readyTimeoutMilliseconds: 300_000,
  drainMilliseconds: 5000,
  maximumErrorRateIncreasePercent: 2,
  minimumRequests: 20,
} as const;

/** Compiles a policy with the `canary` strategy to its plan. The policy must have passed the checks. */
export function compileCanary(spec: PolicySpec): Plan {
  return {
    steps: [...spec.strategy.canary.steps.map((step) => planStep(step, spec)), { kind: 'promote' }],
    sizing: spec.router.service ? 'ratio' : 'part',
    readyTimeoutMilliseconds: spec.readyTimeout === undefined ? defaults.readyTimeoutMilliseconds : parseDuration(spec.readyTimeout),
    drainMilliseconds: spec.drain === undefined ? defaults.drainMilliseconds : parseDuration(spec.drain),
    judge: {
      maximumErrorRateIncrease: (spec.analysis?.maximumErrorRateIncrease ?? defaults.maximumErrorRateIncreasePercent) / 100,
      minimumRequests: spec.analysis?.minimumRequests ?? defaults.minimumRequests,
    },
  };
}

function planStep(step: PolicyStep, spec: PolicySpec): PlanStep {
  if (step.weight !== undefined) return { kind: 'weight', share: Math.round(step.weight * 10) };
  if (step.pause) return step.pause.for === undefined ? { kind: 'pause' } : { kind: 'pause', milliseconds: parseDuration(step.pause.for) };
  const { for: duration = '30s', minimumRequests = spec.analysis?.minimumRequests ?? defaults.minimumRequests } = step.analyze ?? {};
  return { kind: 'analyze', milliseconds: parseDuration(duration), minimumRequests };
}
