import { parseDuration } from '../model/duration.js';
import type { Plan } from '../model/plan.js';
import type { CheckStep } from '../model/policy/steps.js';
import type { PolicySpec } from '../model/release-policy.js';
import { WHOLE } from '../model/split.js';
import { limitsOf } from './limits.js';
import { checkStep } from './steps.js';

/** Before the switch the canary sees only previews, so no requests are waited for unless the policy says so. */
function quiet(step: CheckStep): CheckStep {
  return step.analyze ? { analyze: { minimumRequests: 0, ...step.analyze } } : step;
}

/**
 * Compiles a policy with the `blueGreen` strategy: a full second set, its checks, one switch of everything, and a pause in
 * which the old set stands by, so that an abort is a switch back.
 */
export function compileBlueGreen(spec: PolicySpec): Plan {
  const { preview, previewReplicas, before, after = [], keep = '5m' } = spec.strategy.blueGreen ?? {};
  const standBy = parseDuration(keep);
  return {
    steps: [
      ...(before === undefined ? [{ kind: 'pause' as const }] : before.map((step) => checkStep(quiet(step)))),
      { kind: 'weight', share: WHOLE },
      ...after.map((step) => checkStep(step)),
      ...(standBy > 0 ? [{ kind: 'pause' as const, milliseconds: standBy }] : []),
      { kind: 'promote' },
    ],
    sizing: 'full',
    ...(previewReplicas === undefined ? {} : { previewPods: previewReplicas }),
    ...(preview === undefined ? {} : { preview }),
    ...limitsOf(spec),
  };
}
