import type { PolicyProblem } from '../../../model/policy-problem.js';
import type { CanaryStrategy } from '../kinds/strategies.js';
import type { Path } from './known-objects.js';

/** What all weights sum to. */
const WHOLE = 100;

/** What speaks against the parts of the requests that an experiment's templates are to have. @param path of the step */
export function weightProblems({ steps = [], trafficRouting }: CanaryStrategy, index: number, path: Path): PolicyProblem[] {
  const { templates = [] } = steps[index]?.experiment ?? {};
  const weighed = templates.flatMap(({ weight }, place) => (weight === undefined ? [] : [{ weight, path: [...path, 'experiment', 'templates', place, 'weight'] }]));
  const [first] = weighed;
  if (!first) return [];
  const beside = (['nginx', 'plugins'] as const).filter((field) => trafficRouting?.[field] !== undefined);
  const instead = 'Leave it out; with service the template has a Service of its own that can be asked for.';
  const all = (problem: string): PolicyProblem[] => weighed.map((each) => ({ path: each.path, problem, remedy: instead }));
  if (!trafficRouting?.istio) return all(`needs Istio: ${trafficRouting ? 'the routing product that is named splits' : 'Pod counts split'} requests between two versions.`);
  if (beside.length > 0) return all(`stands beside ${beside.join(' and ')}, where requests are split between two versions.`);
  const wrong = weighed.filter(({ weight }) => weight < 0 || weight > WHOLE);
  const remedy = `Write 0 to ${WHOLE}.`;
  if (wrong.length > 0) return wrong.map((each) => ({ path: each.path, problem: `${each.weight} is not from 0 to ${WHOLE}.`, remedy }));
  const canary = steps.slice(0, index).findLast(({ setWeight }) => setWeight !== undefined)?.setWeight ?? 0;
  const sum = weighed.reduce((total, { weight }) => total + weight, 0);
  if (sum === 0 || sum + canary < WHOLE) return [];
  const problem = `the experiment is to get ${sum} and the canary ${canary} of ${WHOLE}, which leaves nothing for the stable version.`;
  return [{ path: first.path, problem, remedy: `Let both together have less than ${WHOLE}.` }];
}
