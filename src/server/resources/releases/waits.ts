import type { Release } from '../../../model/release.js';
import type { WaitKind, WaitsFor } from '../../schemas/release-summary.js';
import { hasEnded } from '../../../model/release.js';
import { recognised, zhOf } from '../texts/sentences.js';
import type { Asked } from './asking.js';

/** The kind of wait, by the code of the message that tells it. */
const kinds: Readonly<Record<string, WaitKind>> = {
  WaitsForApproval: 'approval', WaitsForApprovalUntil: 'approval', WaitsForApprovalToBegin: 'approval', WaitsForApprovalToBeginUntil: 'approval', WaitsForApprovalOverdue: 'approval', WaitsForApprovalAgain: 'approval', WaitsForAuthor: 'approval', AsksUndecided: 'approval',
  WaitsForFreeze: 'freeze', WaitsForFreezeOrPerson: 'freeze', WaitsForBrokenFreeze: 'freeze',
  WaitsForPerson: 'person', WaitsForResume: 'person', HoldsUndecided: 'person', RoutesOverwritten: 'person',
  WaitsForPause: 'pause',
  WaitsForAnalysis: 'analysis', WaitsForMetric: 'analysis', WaitsForEvidence: 'analysis', Unsampled: 'analysis',
  WaitsForPods: 'pods', WaitsForStablePods: 'pods', WaitsForScaleUp: 'pods',
  WaitsForRouter: 'router', RoutesOverwrittenOnce: 'router',
  WaitsForJob: 'job', WaitsForGate: 'gate',
  WaitsForDrain: 'drain', WaitsForPodsGone: 'drain',
};

const NOT_SEEN = 'Waits for the controller to take notice.';

/** What a release waits for at this moment; null once it has ended, and while it does something. */
export function waitOf(release: Release, asked: Asked | undefined): WaitsFor | null {
  const { status } = release;
  if (status && hasEnded(status.phase)) return null;
  const text = status?.message ?? NOT_SEEN;
  const found = recognised(text);
  const kind = asked && status?.held?.for !== 'freeze' ? 'approval' : status?.held?.for === 'freeze' ? 'freeze' : (kinds[found?.id ?? ''] ?? 'other');
  const until = untilOf(release, kind, asked);
  return {
    kind, text, textZh: found?.zh ?? zhOf(text),
    ...(until === undefined ? {} : { until }),
    ...(asked === undefined ? {} : { approvals: { given: [...asked.given], wanted: asked.wanted, users: [...asked.users], groups: [...asked.groups] } }),
  };
}

/** When a wait ends by itself, from what is on record; RFC 3339. */
function untilOf({ spec, status }: Release, kind: WaitKind, asked: Asked | undefined): string | undefined {
  if (!status) return undefined;
  const after = (from: string | undefined, milliseconds: number | undefined): string | undefined => {
    const start = from === undefined ? Number.NaN : Date.parse(from);
    return milliseconds === undefined || Number.isNaN(start) ? undefined : new Date(start + milliseconds).toISOString();
  };
  const { plan } = spec;
  const step = plan.steps[status.step.index];
  switch (kind) {
    case 'approval':
      return asked?.until;
    case 'freeze':
      return status.held?.until;
    case 'pause':
      return after(status.step.startedAt, step?.milliseconds);
    case 'analysis':
      return after(status.step.startedAt, step?.milliseconds ?? plan.analysis?.undecided.milliseconds);
    case 'job':
      return after(status.step.startedAt, step?.milliseconds ?? 600_000);
    case 'gate':
      return after(status.step.startedAt, step?.milliseconds ?? 3_600_000);
    case 'pods':
      return after(status.waitingSince, plan.readyTimeoutMilliseconds);
    case 'drain':
      return after(status.waitingSince, plan.drainMilliseconds);
    case 'person':
    case 'router':
    case 'other':
      return undefined;
  }
}
