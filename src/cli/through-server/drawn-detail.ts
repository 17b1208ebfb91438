import { isRecord } from '../../kubernetes/json.js';
import { hasEnded } from '../../model/release.js';
import type { PolicyDetail } from '../../server/schemas/policies.js';
import type { PodView, ReleaseDetail, SaidApproval, Stage, VersionDetail } from '../../server/schemas/release-detail.js';
import { routerTitle, strategyTitles } from '../output/policy-words.js';
import { besideTexts } from '../status/beside.js';
import { shareKinds, type DrawnPolicy, type DrawnRelease, type DrawnStatus, type DrawnStep, type DrawnVersion, type DrawnWord } from '../status/drawn.js';
import type { PodStatus } from '../status/view.js';

/** What is drawn of what a server tells. Pure. */
export function drawnDetail(policy: PolicyDetail | undefined, release: ReleaseDetail | undefined): DrawnStatus {
  return {
    policy: policy && drawnPolicy(policy),
    release: release && drawnRelease(release),
    versions: release ? versionsOf(release) : [],
    message: messageOf(policy, release),
  };
}

function drawnPolicy({ name, phase, workload, strategy, spec }: PolicyDetail): DrawnPolicy {
  const router = routerTitle(isRecord(spec['router']) ? spec['router'] : undefined);
  return { name, phase, what: `${workload}, ${[...(strategy === undefined ? [] : [strategyTitles[strategy]]), router].join(', ')}` };
}

function drawnRelease(release: ReleaseDetail): DrawnRelease {
  const { name, phase, abortReason, paused, startedAt, endedAt, hotfix, metrics, shares, audience, events } = release;
  return {
    name, phase, abortReason, paused, startedAt, endedAt, hotfix, metrics,
    steps: stepsOf(release),
    shares: Object.fromEntries(shareKinds.flatMap((kind) => (shares[kind] === null ? [] : [[kind, shares[kind]]]))),
    beside: audience ? besideTexts(audience) : [],
    log: events.toReversed().map(({ number, time, text }, index) => ({ number: number ?? index + 1, time, text })),
  };
}

function stepsOf({ stages, approvals, waitsFor }: ReleaseDetail): DrawnStep[] {
  const begin = stages.find(({ kind }) => kind === 'begin');
  const isAsked = begin?.state === 'now' && (waitsFor?.kind === 'approval' || waitsFor?.kind === 'freeze');
  const said = saidTo(approvals, 0);
  const first: DrawnStep[] = isAsked || said.length > 0 ? [{ text: '0 before it begins', state: isAsked ? 'now' : 'done', jobs: [], said }] : [];
  const steps = stages.filter(({ step }) => step !== undefined);
  // While it gets ready for its first step that one is what it is at.
  const present = begin?.state === 'now' && !isAsked ? steps[0] : undefined;
  const stoppedAt = steps.find(({ state }) => state === 'skipped');
  return [...first, ...steps.map((stage): DrawnStep => ({ text: `${stage.step ?? 0} ${stage.what}`, state: stage === present ? 'now' : stateOf(stage, stoppedAt), jobs: [], said: saidTo(approvals, stage.step ?? 0) }))];
}

const stateOf = (stage: Stage, stoppedAt: Stage | undefined): DrawnStep['state'] => (stage.state !== 'skipped' ? stage.state : stage === stoppedAt ? 'stopped' : 'todo');

function saidTo(approvals: readonly SaidApproval[], step: number): DrawnWord[] {
  return approvals.filter((each) => each.counts && each.step === step).toReversed().map(({ approved, user, comment, via, freezeWindow }) => ({ approved, user, comment, via, window: freezeWindow }));
}

const ORDER = { canary: 0, stable: 1 };

function versionsOf({ versions, requests, podsHidden }: ReleaseDetail): DrawnVersion[] {
  return versions.toSorted((a, b) => ORDER[a.role] - ORDER[b.role]).map(({ role, replicaSet, images, desired, ready, pods }: VersionDetail) => ({
    role, replicaSet, images, wanted: desired, ready, pods: pods.map(podStatus), hidden: podsHidden,
    troubles: pods.flatMap(({ name, trouble }) => (trouble === undefined ? [] : [`${name}: ${trouble}`])),
    evidence: requests[role].requests > 0 ? requests[role] : undefined,
  }));
}

const podStatus = ({ name, ready, phase, restarts }: PodView): PodStatus => ({ name, ready, restarts, state: ready ? 'Ready' : phase === 'Running' ? 'Running, not ready' : phase });

/** What a release under way says; once it has ended, what its policy says, as soon as that has moved on. */
function messageOf(policy: PolicyDetail | undefined, release: ReleaseDetail | undefined): string {
  if (!release) return policy?.message ?? '';
  const movedOn = hasEnded(release.phase) && policy?.release === release.name && policy.phase !== 'Releasing';
  return movedOn ? policy.message : release.message;
}
