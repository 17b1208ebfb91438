import type { Plan } from '../model/plan.js';
import { strategyName } from '../model/policy/strategies.js';
import type { PolicySpec } from '../model/release-policy.js';
import { compileAb } from './ab.js';
import { compileBlueGreen } from './blue-green.js';
import { compileCanary } from './canary.js';
import { firstPlan } from './first-version.js';
import { hotfixPlan } from './hotfix.js';
import { compileRolling } from './rolling.js';

const compilers = { canary: compileCanary, blueGreen: compileBlueGreen, rolling: compileRolling, ab: compileAb } as const;

/** Compiles a policy to its plan, whatever its strategy. The policy must have passed the checks. */
export function compilePolicy(spec: PolicySpec, { hotfix = false, first = false }: { readonly hotfix?: boolean; readonly first?: boolean } = {}): Plan {
  const compiled = compilers[strategyName(spec.strategy)](spec);
  const plan = spec.workload.versions?.old === 'Keep' ? { ...compiled, keepsStable: true } : compiled;
  return first ? firstPlan(plan) : hotfix ? hotfixPlan(plan) : plan;
}
