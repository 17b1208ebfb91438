import { describeStep } from '../../engine/formatting.js';
import { describeEntry } from '../../model/messages.js';
import { stepOf } from '../../model/plan.js';
import { notices } from '../../strategies/notices.js';
import { askingSteps } from '../../approvals/record.js';
import { describeApprovers } from '../../approvals/caller.js';
import { metricLine } from '../evidence/words.js';
import { describeMetric } from '../output/analysis-words.js';
import { noColours } from '../output/colours.js';
import { makerOf, routerTitle, strategyTitle, strategyTitles, workloadTitle } from '../output/policy-words.js';
import { formatClock } from '../output/times.js';
import { movingRelease, titleOf, type Facts, type Section } from './facts.js';

/** What it does now, and what it waits for. */
export function presentSection(facts: Facts): Section {
  const { view: { policy, release, metrics, message }, approvals } = facts;
  const moving = movingRelease(facts);
  const lines: string[] = [];
  if (policy) lines.push(`Policy ${policy.metadata.name} releases ${workloadTitle(policy)} by the ${strategyTitle(policy.spec.strategy)} strategy; traffic: ${routerTitle(policy.spec.router)}.`);
  // What a policy might do better is nothing that whoever writes the Rollout could change.
  if (policy && !makerOf(policy)) lines.push(...notices(policy.spec).map(({ problem, remedy }) => `To know: ${problem} ${remedy}`));
  if (!moving) return { title: 'Now', lines: [...lines, ...(release ? [`Its last release, ${release.metadata.name}, has ended: ${release.status?.phase ?? ''}.`] : ['It has had no release yet.']), `Everybody meets ${titleOf(facts, 'stable')}.`, message] };
  const { spec, status, metadata } = moving;
  const index = status?.step.index ?? 0;
  const steps = spec.plan.steps;
  const [present, next] = [steps[index], steps[index + 1]];
  lines.push(`Release ${metadata.name} brings ${titleOf(facts, 'canary')}, in place of ${titleOf(facts, 'stable')}.`);
  if (spec.strategy) lines.push(`Its plan comes from the ${strategyTitles[spec.strategy]} strategy and does not change any more.`);
  if (spec.first) lines.push('It is the first version of the program, put through the checks before anybody relies on it.');
  if (spec.hotfix !== undefined) lines.push(`It is a hotfix and is not judged: ${spec.hotfix}.`);
  if (present) lines.push(`Phase ${status?.phase ?? 'Preparing'}, step ${Math.min(index + 1, steps.length)} of ${steps.length}: ${describeStep(stepOf(present))}${next ? `; then ${describeStep(stepOf(next))}` : ''}.`);
  lines.push(message, ...metrics.map((metric) => metricLine(metric, noColours)));
  const maker = policy && makerOf(policy);
  if (maker) lines.push(`${maker.kind} ${maker.name} leads it: its analyses, its experiments and who aborts it stand in the status of that, and serin promote rollout/${maker.name} is what kubectl argo rollouts promote does.`);
  if (metrics.length === 0) lines.push(...(spec.plan.analysis?.metrics ?? []).map((metric) => `It is judged by ${describeMetric(metric)}.`));
  // Whether somebody is late is in the message.
  const asking = askingSteps([moving], approvals, 0).find(({ state, window }) => state === 'now' && window === undefined);
  if (status?.held) lines.push('It has not begun: no Pod and no route is touched before it does.');
  if (asking) lines.push(`${asking.given.length} of ${asking.wanted} approvals are given${asking.given.length > 0 ? ` (${asking.given.join(', ')})` : ''}; they come from ${describeApprovers(asking)}.`);
  if (spec.paused) lines.push('A person paused it: no share rises and no step starts.');
  return { title: 'Now', lines };
}

/** What happened last: to the release, or to the policy where it has had none. */
export function lastSection({ view: { release }, events }: Facts): Section {
  const log = (release?.status?.log ?? []).map((entry) => `${formatClock(entry.time)} ${describeEntry(entry)}`);
  const lines = log.length > 0 ? log : events.map(({ time, text }) => `${formatClock(time)} ${text}`);
  return { title: 'What happened last', lines: lines.length === 0 ? ['Nothing is on record.'] : lines.slice(-3) };
}
