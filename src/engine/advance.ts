import { hasBegun } from '../model/beginning.js';
import { describe, message } from '../model/messages.js';
import { hasEnded, versionName, type Release, type ReleaseStatus } from '../model/release.js';
import { abort, beginAbort } from './aborting.js';
import { askAgain, withoutMoving } from './asking-again.js';
import { begins, mayBegin } from './beginning.js';
import { countingOf } from './counting.js';
import type { Decision } from './decision.js';
import { Draft } from './draft.js';
import { judgedEnding, outsideEnding, type Ending } from './endings.js';
import { judgeFirst } from './first-version.js';
import { handOver } from './handing-over.js';
import { beginLettingGo, letGo } from './letting-go.js';
import type { Observation } from './observation.js';
import { answerOverwriting } from './overwritten-routes.js';
import { prepare } from './preparing.js';
import { keepPulledImages } from './pulled-images.js';
import { progress } from './progressing.js';
import { promote } from './promoting.js';
import { withEnoughReady, withoutLeaving } from './sizes.js';
import { sayUnsampled } from './unsampled.js';

/** The status of a release that no controller has seen yet. @param now milliseconds since the epoch */
export function firstStatus(release: Release, now: number): ReleaseStatus {
  const time = new Date(now).toISOString();
  const log = message('ReleaseStarted', { canary: versionName(release.spec.canary), stable: versionName(release.spec.stable) });
  return {
    phase: 'Preparing',
    step: { index: 0, startedAt: time },
    intent: { routing: 'keep', share: 0, sizes: {}, holders: { stable: 'home', canary: 'release', others: 'release' }, paused: true },
    startedAt: time,
    message: describe(log),
    log: [{ number: 1, time, code: log.code, arguments: { ...log.arguments } }],
  };
}

/**
 * The heart: from what is known to what is to be. Pure; asked again after every change, it goes on from wherever the
 * last controller stopped. `release.status` must be what the API server holds, since effects follow only a recorded
 * intent. @param now milliseconds since the epoch
 */
export function advance(release: Release, found: Observation, now: number): Decision {
  const draft = new Draft(release.status ?? firstStatus(release, now), now);
  const observation = withEnoughReady(draft, release, withoutLeaving(draft, found));
  if (hasEnded(draft.status.phase)) return { status: draft.status, happened: [], lookAgainAt: undefined };
  keepPulledImages(draft, release, observation);
  if (release.spec.first) return judgeFirst(draft, release, observation);
  const { routing, share } = draft.recorded;
  draft.count(countingOf(draft.status.counting, share, routing === 'split' && observation.routing.reached, observation.evidence));
  const allowed = hasBegun(draft.status) || outsideEnding(release, observation) !== undefined || mayBegin(draft, release, observation);
  // What has not begun touches nothing and has nothing to be judged by.
  if (allowed === false) return draft.finish(release, observation.evidence);
  if (draft.status.held !== undefined) begins(draft);
  const again = askAgain(draft, release, observation);
  const ending = allowed === true ? (endingOf(draft, release, observation) ?? again.ending) : allowed;
  if (ending) {
    begin(draft, ending, observation);
    draft.askAgain(undefined);
  }
  if (again.waits && !ending) withoutMoving(draft, release, again.waits, (held) => act(draft, held, observation));
  else act(draft, release, observation);
  sayUnsampled(draft, observation);
  answerOverwriting(draft, observation);
  return draft.finish(release, observation.evidence);
}

function endingOf(draft: Draft, release: Release, observation: Observation): Ending | undefined {
  const { phase } = draft.status;
  if (phase === 'LettingGo') return undefined;
  const outside = outsideEnding(release, observation);
  // Nothing is left to lead back to when the workload itself is gone or rolls by itself.
  const lost = outside?.reason === 'TakenOver' || outside?.reason === 'WorkloadGone';
  // Once the new version is back, rolling is what the workload is to do; before, it has made a twin of it.
  const twin = outside?.reason === 'TakenOver' && observation.replicaSets.canary?.holder === 'release';
  if (phase === 'HandingOver') return outside?.reason === 'WorkloadGone' || twin ? outside : undefined;
  if (phase === 'Aborting') return lost ? outside : undefined;
  return outside ?? judgedEnding(release, observation);
}

function begin(draft: Draft, ending: Ending, observation: Observation): void {
  if (ending.reason === 'TakenOver' || ending.reason === 'WorkloadGone') beginLettingGo(draft, ending, observation);
  else beginAbort(draft, ending);
}

function act(draft: Draft, release: Release, observation: Observation): void {
  switch (draft.status.phase) {
    case 'Preparing':
      return prepare(draft, release, observation);
    case 'Progressing': {
      const failed = progress(draft, release, observation);
      if (failed) beginAbort(draft, failed);
      return failed ? abort(draft, release, observation) : undefined;
    }
    case 'Promoting': {
      const failed = promote(draft, release, observation);
      if (failed) beginAbort(draft, failed);
      return failed ? abort(draft, release, observation) : undefined;
    }
    case 'HandingOver':
      return handOver(draft, release, observation);
    case 'Aborting':
      return abort(draft, release, observation);
    case 'LettingGo':
      return letGo(draft, release, observation);
    case 'Completed':
    case 'Aborted':
      return;
  }
}
