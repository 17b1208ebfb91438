import { jobName } from '../../controller/step-job.js';
import { wantedOf } from '../../engine/beginning.js';
import { describeConsent, describeStep } from '../../engine/formatting.js';
import { hasBegun } from '../../model/beginning.js';
import { describeEntry } from '../../model/messages.js';
import { stepOf } from '../../model/plan.js';
import { hasEnded, type Release } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { splitOfIntent } from '../../model/split-of-intent.js';
import { routerTitle, strategyTitle, workloadTitle } from '../output/policy-words.js';
import { besideTexts } from './beside.js';
import { shareKinds, type DrawnPolicy, type DrawnRelease, type DrawnStatus, type DrawnStep } from './drawn.js';
import type { StatusView } from './view.js';

/** What is drawn of objects. Pure. */
export function drawnView({ policy, release, versions, approvals, metrics, message }: StatusView): DrawnStatus {
  return { policy: policy && drawnPolicy(policy), release: release && drawnRelease(release, approvals, metrics), versions, message };
}

function drawnPolicy(policy: ReleasePolicy): DrawnPolicy {
  const { metadata, spec, status } = policy;
  return { name: metadata.name, phase: status?.phase ?? 'new', what: `${workloadTitle(policy)}, ${[strategyTitle(spec.strategy), routerTitle(spec.router)].filter(Boolean).join(', ')}` };
}

function drawnRelease(release: Release, approvals: StatusView['approvals'], metrics: StatusView['metrics']): DrawnRelease {
  const { metadata, spec, status } = release;
  const phase = status?.phase ?? 'Preparing';
  const { shares = {} } = status ?? {};
  return {
    name: metadata.name, phase, abortReason: status?.abortReason, paused: spec.paused === true && !hasEnded(phase),
    startedAt: status?.startedAt, endedAt: status?.endedAt, hotfix: spec.hotfix,
    steps: stepsOf(release, approvals), metrics,
    shares: Object.fromEntries(shareKinds.flatMap((kind) => (shares[kind] === undefined ? [] : [[kind, shares[kind]]]))),
    beside: besideOf(release),
    log: (status?.log ?? []).map((entry) => ({ number: entry.number, time: entry.time, text: describeEntry(entry) })),
  };
}

function stepsOf(release: Release, approvals: StatusView['approvals']): DrawnStep[] {
  const { spec, status } = release;
  const phase = status?.phase ?? 'Preparing';
  const index = phase === 'Completed' ? spec.plan.steps.length : (status?.step.index ?? 0);
  const takenBack = phase === 'Aborting' || phase === 'Aborted' || phase === 'LettingGo';
  const held = status?.held !== undefined && !takenBack;
  const saidAt = (number: number): DrawnStep['said'] => approvals.filter((each) => each.counts && each.step === number);
  const first = spec.consent !== undefined || held || saidAt(0).length > 0 ? [beginning(release, saidAt(0))] : [];
  return [...first, ...spec.plan.steps.map((step, at): DrawnStep => ({
    text: `${at + 1} ${describeStep(stepOf(step))}`,
    state: at < index ? 'done' : at > index || held ? 'todo' : takenBack ? 'stopped' : 'now',
    jobs: step.kind === 'job' && (at < index || (at === index && status?.step.called === true)) ? [jobName(release, at)] : [],
    said: saidAt(at + 1),
  }))];
}

/** The time before a release begins, where people are asked or a freeze window holds it. */
function beginning({ spec, status }: Release, said: DrawnStep['said']): DrawnStep {
  const what = [...(spec.consent ? [describeConsent(wantedOf(spec.consent))] : []), ...(status?.held?.window === undefined ? [] : [`the freeze window ${status.held.window}`])].join(', then for ');
  const begun = status !== undefined && hasBegun(status) && status.abortReason !== 'ApprovalExpired';
  return { text: `0 before it begins${what === '' ? '' : `: wait for ${what}`}`, state: status?.held ? 'now' : begun ? 'done' : 'todo', jobs: [], said };
}

function besideOf({ spec, status }: Release): string[] {
  if (!status || hasEnded(status.phase) || status.intent.routing !== 'split') return [];
  return besideTexts(splitOfIntent(status.intent, spec.plan, status.phase));
}
