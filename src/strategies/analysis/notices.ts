import { countsRequests } from '../../model/measure.js';
import type { PolicyProblem } from '../../model/policy-problem.js';
import type { PolicySpec } from '../../model/release-policy.js';
import { analyzeSteps } from '../check-steps.js';
import { comparing } from './checks.js';
import { metricsOf, metricsOfSteps } from './planned-analysis.js';
import type { TemplateSource } from './templates.js';

/** What to know of an analysis, though nothing is wrong with it. The policy must be valid. */
export function analysisNotices(spec: PolicySpec, templates: TemplateSource): PolicyProblem[] {
  const { analysis, judgeFirst } = spec;
  const notices: PolicyProblem[] = [];
  const notice = (path: PolicyProblem['path'], problem: string, remedy: string): void => void notices.push({ path, severity: 'warning', problem, remedy });
  const metrics = metricsOf(spec);
  const compared = judgeFirst ? metrics.filter((metric) => comparing(metric, spec, templates)).map(({ name }) => name) : [];
  if (compared.length > 0) {
    notice(['spec', 'judgeFirst'], `${compared.join(', ')} compare${compared.length === 1 ? 's' : ''} with stable, and the first version has none beside it: for that one ${compared.length === 1 ? 'it is' : 'they are'} left out.`, 'Add a metric with a limit (below) or a condition, if it is to be judged by more than its Pods.');
  }
  const ofSteps = metricsOfSteps(spec);
  const always = metrics.filter(({ name, dryRun }) => !ofSteps.includes(name) && dryRun !== true);
  // An empty list says so on purpose.
  if (analysis?.metrics && metrics.length > 0 && always.length === 0) {
    notice(['spec', 'analysis', 'metrics'], 'none is judged all the time: metrics that steps, before or after name count only there, and those of a dryRun nowhere.', 'Add one that no step names, such as {name: errors, errorRate: {}}.');
  }
  if (always.length === 0) {
    for (const { analyze, path } of analyzeSteps(spec.strategy)) if (!analyze.metrics) notice(path, 'waits for its whole time and decides nothing: no metric is judged all the time.', 'Name metrics of its own, or write pause.');
  }
  for (const [index, name] of (analysis?.before ?? []).entries()) {
    const metric = metrics.find((each) => each.name === name);
    if (metric && countsRequests(metric) && !metric.from) notice(['spec', 'analysis', 'before', index], `metric ${name} counts requests of users, and before the canary gets any there are none.`, 'Name a condition or a saturation, or one whose source counts something else.');
  }
  return notices;
}
