import { formatDuration } from '../model/duration.js';
import { message } from '../model/messages.js';
import type { Release } from '../model/release.js';
import { awaitedMetrics, consentWanted, fateOf, type AnalyzeStep, type ApproveStep } from './analysis-steps.js';
import { approvalOf, approvedOf } from './approving.js';
import type { Checked } from './checked.js';
import { refusedBy, sayOutdated } from './consent.js';
import type { Draft } from './draft.js';
import { ending, failedMetric } from './endings.js';
import { formatTime } from './formatting.js';
import type { MetricObservation, Observation } from './observation.js';
import { unsampled } from './unsampled.js';

/** Where neither step nor analysis says how long. */
const NO_TIME = 0;

/**
 * Whether an analysis is over: as soon as all its metrics pass; after its time as the plan says for what is undecided; or
 * when somebody says to go on, who must be one that may approve where the plan asks a person.
 */
export function checkAnalysis(draft: Draft, release: Release, observation: Observation, step: AnalyzeStep): Checked {
  const { analysis } = release.spec.plan;
  const metrics = metricsOf(release, observation, step);
  const failed = metrics.find(({ outcome }) => outcome === 'fail');
  if (failed) return failedMetric(failed);
  const fate = fateOf(release.spec, step);
  const consent = consentWanted(release.spec, step);
  const told = (release.spec.advanceTo ?? 0) > draft.status.step.index;
  if (told && !consent) return 'done';
  const passed = metrics.length > 0 && metrics.every(({ outcome }) => outcome === 'pass');
  // Where nothing can be proved, such as that nothing shifted, it is watched for as long as the plan says.
  if (passed && metrics.some(({ watches }) => watches !== true)) return passedWith(draft, metrics);
  const limit = step.milliseconds ?? analysis?.undecided.milliseconds ?? NO_TIME;
  const left = limit - draft.inStep();
  // What is undecided for good needs no more time, but others may still fail before the canary is let through.
  const stuck = fate !== 'promote' && metrics.some(({ ended, outcome }) => ended && outcome === 'undecided');
  if (left > 0 && !told && !stuck) return waitForMetrics(draft, metrics, draft.now + left);
  if (passed) return passedWith(draft, metrics);
  if (consent) return ask(draft, release, observation, metrics, consent);
  if (fate === 'promote' || metrics.length === 0) return promoteUndecided(draft, release, observation, step, metrics, limit);
  if (fate === 'hold') return hold(draft, release, metrics);
  const { name, says } = foremost(metrics);
  return ending('Undecided', { limit: formatDuration(draft.inStep()), metric: name, says });
}

/** What the metrics of a step say; those that only look have no say, and one that was never heard of is undecided. */
function metricsOf({ spec }: Release, { analysis: observed = [] }: Observation, step: AnalyzeStep): readonly MetricObservation[] {
  return awaitedMetrics(spec, step).map(({ name, kind, ofSteps }) =>
    observed.find((metric) => metric.name === name) ?? { name, kind, outcome: 'undecided', ended: false, dryRun: false, ofSteps, says: 'no samples yet', samples: 0 });
}

function passedWith(draft: Draft, metrics: readonly MetricObservation[]): Checked {
  draft.happen(message('AnalysisPassed', { metrics: metrics.map(({ name }) => name).join(', ') }));
  return 'done';
}

function waitForMetrics(draft: Draft, metrics: readonly MetricObservation[], until: number): Checked {
  draft.ask(false);
  if (metrics.length === 0) draft.wait(message('WaitsForAnalysis', { until: formatTime(until) }), until);
  else {
    const { name, says } = foremost(metrics);
    draft.wait(message('WaitsForMetric', { until: formatTime(until), metric: name, says, problems: problemsOf(metrics) }), until, 'says');
  }
  return 'waits';
}

/** Goes on where nothing speaks against it and the canary was met at all; else it is held as if the plan said so. */
function promoteUndecided(draft: Draft, release: Release, { evidence: { canary } }: Observation, step: AnalyzeStep, metrics: readonly MetricObservation[], limit: number): Checked {
  // What a step asks for is of this step; else it is enough that the canary was met in the release, which is what it is judged by.
  const own = step.minimumRequests;
  const seen = canary.requests - (own === undefined ? 0 : (draft.status.step.startRequests ?? 0));
  const wanted = own ?? (metrics.length === 0 ? 0 : (release.spec.plan.analysis?.undecided.minimumRequests ?? 0));
  if (seen < wanted) {
    draft.wait(message('WaitsForEvidence', { wanted, seen, release: release.metadata.name, problems: problemsOf(metrics) }), undefined, 'seen');
    return 'waits';
  }
  const unsampled = wanted > 0 && metrics.length > 0 && metrics.every(({ samples }) => samples === 0);
  if (unsampled || metrics.some(({ leansWorse, ended, outcome }) => leansWorse === true || (ended && outcome === 'undecided'))) return hold(draft, release, metrics);
  const open = metrics.filter(({ outcome }) => outcome === 'undecided').map(({ name }) => name);
  if (open.length > 0) draft.happen(message('AnalysisUndecided', { limit: formatDuration(limit), metrics: open.join(', ') }));
  return 'done';
}

function hold(draft: Draft, release: Release, metrics: readonly MetricObservation[]): Checked {
  const { name, says } = foremost(metrics);
  draft.wait(message('HoldsUndecided', { metric: name, says, release: release.metadata.name, problems: problemsOf(metrics) }), undefined, 'says');
  return 'waits';
}

/** People decide, as in a step that waits for an approval. */
function ask(draft: Draft, release: Release, observation: Observation, metrics: readonly MetricObservation[], consent: ApproveStep): Checked {
  const { given, by, refusal, outdated } = approvalOf(observation.approvals ?? [], consent, draft.status.step.index, approvedOf(release, observation, draft.status.images));
  if (refusal) return refusedBy(refusal);
  sayOutdated(draft, outdated);
  if (given.length >= consent.approvals) {
    draft.happen(message('Approved', { users: by.join(', ') }));
    return 'done';
  }
  draft.ask(true);
  const { name, says } = foremost(metrics);
  draft.wait(message('AsksUndecided', { metric: name, says, release: release.metadata.name, problems: problemsOf(metrics) }), undefined, 'says');
  return 'waits';
}

/** The metric that a person should look at first: one that speaks against the canary, one without samples, any that is open. */
function foremost(metrics: readonly MetricObservation[]): { readonly name: string; readonly says: string } {
  const open = metrics.filter(({ outcome }) => outcome === 'undecided');
  return open.find(({ leansWorse }) => leansWorse === true) ?? open.find(({ problem }) => problem !== undefined) ?? open[0] ?? metrics[0] ?? { name: '', says: '' };
}

/** What has no samples, as a part of a sentence. */
function problemsOf(metrics: readonly MetricObservation[]): string {
  const lacking = unsampled(metrics);
  return lacking === '' ? '' : `no samples of ${lacking}; `;
}
