import type { Step } from '../../model/plan.js';
import type { Release } from '../../model/release.js';
import type { MetricObservation } from '../observation.js';
import { stepAt } from './others.js';
import { claim } from './scenario.js';
import type { Advance, Asked } from './world.js';

type AnalyzeStep = Extract<Step, { kind: 'analyze' }>;

/** The metrics that a step waits for. */
const heard = ({ observation: { analysis = [] } }: Asked, step: AnalyzeStep): readonly MetricObservation[] =>
  analysis.filter(({ name, dryRun, ofSteps }) => !dryRun && (step.metrics?.includes(name) ?? !ofSteps));

const fateOf = ({ spec: { plan } }: Release, step: AnalyzeStep): string => step.undecided ?? plan.analysis?.undecided.then ?? 'promote';

const limitOf = ({ spec: { plan } }: Release, step: AnalyzeStep): number => step.milliseconds ?? plan.analysis?.undecided.milliseconds ?? 0;

/** An analysis is behind when its metrics passed, when it was told to, or when its time is over and the plan lets what is undecided through. */
export function leavesAnalysisByItsRule(asked: Asked, step: AnalyzeStep, { told, inStep }: { readonly told: boolean; readonly inStep: number }): void {
  const { release, observation: { evidence } } = asked;
  const metrics = heard(asked, step);
  const fate = metrics.length === 0 ? 'promote' : fateOf(release, step);
  claim(metrics.every(({ outcome }) => outcome !== 'fail'), 'went past an analysis that had failed');
  if (metrics.length > 0 && metrics.every(({ outcome }) => outcome === 'pass')) return;
  if (told || fate === 'ask') return;
  claim(inStep >= limitOf(release, step), 'an analysis was cut short');
  claim(fate === 'promote', 'went past an undecided analysis that is to be held');
  const wanted = step.minimumRequests ?? (metrics.length === 0 ? 0 : (release.spec.plan.analysis?.undecided.minimumRequests ?? 0));
  const before = step.minimumRequests === undefined ? 0 : (release.status?.step.startRequests ?? 0);
  claim(evidence.canary.requests - before >= wanted, 'went past an analysis that had met too few requests');
  claim(metrics.every(({ outcome, leansWorse, ended }) => outcome === 'pass' || (leansWorse !== true && !ended)), 'went past an analysis although something spoke against the canary');
}

/** Where a person decides what is undecided, nobody goes past it but with the words of one. */
export function asksWhereUndecided(asked: Asked, step: AnalyzeStep, index: number): void {
  const metrics = heard(asked, step);
  if (metrics.length === 0 || fateOf(asked.release, step) !== 'ask' || metrics.every(({ outcome }) => outcome === 'pass')) return;
  const said = (asked.observation.approvals ?? []).filter((approval) => approval.step === index);
  claim(said.some(({ approved }) => approved) && said.every(({ approved }) => approved), 'passed an undecided analysis without approvals');
}

/** In whatever step, a metric that counts and fails takes the canary back at once. */
export function takesBackWhatFails({ release, observation: { analysis = [] }, decision: { status } }: Asked): void {
  const phase = release.status?.phase ?? 'Preparing';
  if (!['Preparing', 'Progressing', 'Promoting'].includes(phase)) return;
  if (!analysis.some(({ outcome, dryRun, ofSteps }) => outcome === 'fail' && !dryRun && !ofSteps)) return;
  claim(['Aborting', 'Aborted', 'LettingGo'].includes(status.phase), `went on in ${status.phase} although a metric had failed`);
  claim(status.intent.share <= (release.status?.intent.share ?? 0), 'the share rose although a metric had failed');
}

/** So does a Pod that crashes, unless the plan waits for it. */
export function takesBackWhatCrashes({ release, observation: { replicaSets: { canary } }, decision: { status } }: Asked): void {
  const phase = release.status?.phase ?? 'Preparing';
  if (!['Preparing', 'Progressing', 'Promoting'].includes(phase) || !canary?.troubles.some(({ kind }) => kind === 'crashing')) return;
  if (release.spec.plan.crashes === 'Wait') claim(status.abortReason !== 'CanaryCrashed', 'was taken back for crashes that are to be waited out');
  else claim(['Aborting', 'Aborted', 'LettingGo'].includes(status.phase), `went on in ${status.phase} although a Pod crashed`);
}

/** Metrics that only look never change a decision, nor do those of steps anywhere but in such a step. */
export function onlyLooks({ release, observation, now, decision }: Asked, decide: Advance): void {
  const step = release.status?.phase === 'Progressing' ? stepAt(release, release.status.step.index) : undefined;
  const named = step?.kind === 'analyze' ? (step.metrics ?? []) : [];
  const idle = ({ name, dryRun, ofSteps }: MetricObservation): boolean => dryRun || (ofSteps && !named.includes(name));
  for (const outcome of ['fail', 'pass'] as const) {
    const analysis = (observation.analysis ?? []).map((metric) => (idle(metric) ? { ...metric, outcome, says: outcome, leansWorse: false, ended: false } : metric));
    claim(JSON.stringify(decide(release, { ...observation, analysis }, now)) === JSON.stringify(decision), 'a metric that only looks changed the decision');
  }
}
