import type { Plan } from '../model/plan.js';

/** The steps that a hotfix still takes: consent, and how fast Pods are replaced. */
const KEPT = ['gate', 'approve', 'batch', 'promote'];

/**
 * The plan of a release that cannot wait to be judged: no pauses, analyses, Jobs or shares in between. Approvals and gates
 * stay, and so does the end by crashing or unready Pods.
 * @param plan without an analysis
 */
export function hotfixPlan(plan: Plan): Plan {
  const steps = plan.steps.filter(({ kind }) => KEPT.includes(kind));
  return { ...plan, steps: steps.map(({ share: _share, ...step }) => step) };
}
