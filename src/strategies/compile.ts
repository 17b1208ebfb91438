import type { Plan } from '../model/plan.js';
import { strategyName } from '../model/policy/strategies.js';
import type { PolicySpec } from '../model/release-policy.js';
import type { PlaceholderValues } from '../model/placeholders.js';
import { withAnalysis } from './analysis/placement.js';
import { planAnalysis } from './analysis/planned-analysis.js';
import { unknownTemplates, type TemplateSource } from './analysis/templates.js';
import { compileAb } from './ab.js';
import { compileBlueGreen } from './blue-green.js';
import { compileCanary } from './canary.js';
import { firstPlan } from './first-version.js';
import { hotfixPlan } from './hotfix.js';
import { compileRolling } from './rolling.js';

const compilers = { canary: compileCanary, blueGreen: compileBlueGreen, rolling: compileRolling, ab: compileAb } as const;

/** What a policy is compiled for. */
export interface CompileOptions {
  readonly hotfix?: boolean;
  /** For the first version, which has no other beside it. */
  readonly first?: boolean;
  readonly templates?: TemplateSource;
  /** What placeholders of metrics stand for in this release. */
  readonly values?: PlaceholderValues;
}

/** What becomes of the version that is left behind, where it is not scaled to 0. */
function fateOfLeft({ workload }: PolicySpec): Pick<Plan, 'keepsStable' | 'leaves'> {
  const { old } = workload.versions ?? {};
  return old === 'Keep' ? { keepsStable: true } : old === 'Leave' ? { leaves: true } : {};
}

/**
 * Compiles a policy to its plan, whatever its strategy. The policy must have passed the checks.
 * @throws Error when a template of a metric is missing or unfit, which `checkTemplates` tells beforehand; never for a hotfix
 */
export function compilePolicy(spec: PolicySpec, { hotfix = false, first = false, templates = unknownTemplates, values = {} }: CompileOptions = {}): Plan {
  const compiled = compilers[strategyName(spec.strategy)](spec);
  const plan = { ...compiled, ...fateOfLeft(spec) };
  if (hotfix && !first) return hotfixPlan(plan);
  const judged = withAnalysis(plan, spec, planAnalysis(spec, templates, values));
  return first ? firstPlan(judged) : judged;
}
