import { message, messageAbout } from '../model/messages.js';
import { stepOf } from '../model/plan.js';
import { versionName, type Release } from '../model/release.js';
import type { Decision } from './decision.js';
import type { Draft } from './draft.js';
import { ending, judgedEnding, notReadyEnding, type Ending } from './endings.js';
import type { Observation } from './observation.js';
import { beginStep } from './progressing.js';
import { checkStep } from './step-checks.js';

/**
 * Puts the first version of a program through the checks of its strategy. There is nothing to share with and nothing to go
 * back to: no Pod, owner or route is touched, only the verdict is on record.
 */
export function judgeFirst(draft: Draft, release: Release, observation: Observation): Decision {
  draft.intend({ routing: 'keep', paused: observation.workload?.paused ?? false, holders: { stable: 'home', canary: 'home', others: 'home' } });
  const failed = endingOf(release, observation) ?? goOn(draft, release, observation);
  const { requests, failures } = observation.evidence.canary;
  if (failed) {
    draft.set({ abortReason: failed.reason });
    draft.happen(messageAbout('FirstFailed', 'why', failed.why));
    draft.end('Aborted');
  } else if (draft.status.phase === 'Promoting') {
    draft.end('Completed');
    draft.happen(message('Completed', { canary: versionName(release.spec.canary), requests, failures }));
  }
  return draft.finish(release, observation.evidence);
}

function goOn(draft: Draft, release: Release, observation: Observation): Ending | undefined {
  const { readyTimeoutMilliseconds } = release.spec.plan;
  const { canary } = observation.replicaSets;
  if (!observation.workload?.rolledOut) {
    const waited = draft.waited();
    if (waited >= readyTimeoutMilliseconds) return notReadyEnding(readyTimeoutMilliseconds, canary?.troubles ?? []);
    draft.wait(message('WaitsForPods', { ready: canary?.ready ?? 0, wanted: observation.workload?.replicas ?? 0, trouble: '' }), draft.now + readyTimeoutMilliseconds - waited);
    return undefined;
  }
  if (draft.status.phase === 'Preparing') {
    draft.enter('Progressing');
    beginStep(draft, release, observation, 0);
  }
  if (draft.status.phase !== 'Progressing') return undefined;
  if (release.spec.paused) return void draft.wait(message('WaitsForResume', { release: release.metadata.name }));
  const { index } = draft.status.step;
  const planned = release.spec.plan.steps[index];
  const checked = checkStep(draft, release, observation, planned ? stepOf(planned) : { kind: 'promote' });
  if (checked === 'done') beginStep(draft, release, observation, index + 1);
  return typeof checked === 'string' ? undefined : checked;
}

function endingOf(release: Release, observation: Observation): Ending | undefined {
  const { spec, metadata } = release;
  const { workload, policyDeleted } = observation;
  if (!workload) return ending('WorkloadGone');
  if (policyDeleted) return ending('PolicyDeleted');
  if (metadata.deletionTimestamp !== undefined) return ending('ReleaseDeleted');
  // Both roles name the one version here.
  if (workload.template === 'other') return ending('Superseded');
  if (spec.abort) return ending('AbortedByUser');
  return judgedEnding(release, observation);
}
