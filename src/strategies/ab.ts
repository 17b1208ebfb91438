import type { Match } from '../model/match.js';
import type { Plan, PlanStep } from '../model/plan.js';
import type { CheckStep } from '../model/policy/steps.js';
import type { PolicySpec } from '../model/release-policy.js';
import { limitsOf, stickiness } from './limits.js';
import { checkStep, matchesOf, perMille } from './steps.js';

/** What a stage without checks does. */
const WATCHED: readonly CheckStep[] = [{ analyze: { for: '10m' } }];

/**
 * Compiles a policy with the `ab` strategy: each stage adds to those who meet B; at the end everybody does. How many users a
 * match means is not known, so B runs with as many Pods as A. Users who meet B by share stay with it.
 */
export function compileAb(spec: PolicySpec): Plan {
  const { stages = [], preview } = spec.strategy.ab ?? {};
  const audience: Match[] = [];
  const steps = stages.flatMap((stage): PlanStep[] => {
    if (stage.audience) audience.push(...matchesOf(stage.audience, spec));
    return [
      ...(stage.audience ? [{ kind: 'route' as const, matches: [...audience] }] : []),
      ...(stage.share !== undefined ? [{ kind: 'weight' as const, share: perMille(stage.share) }] : []),
      ...(stage.checks ?? WATCHED).map((step) => checkStep(step)),
    ];
  });
  const byShare = stages.some(({ share }) => share !== undefined);
  return {
    steps: [...steps, { kind: 'promote' }],
    sizing: 'full',
    ...(preview === undefined ? {} : { preview }),
    ...(byShare ? { sticky: stickiness({}) } : {}),
    ...limitsOf(spec),
  };
}
