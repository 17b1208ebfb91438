import { findCondition, timestamp } from '../../../kubernetes/conditions.js';
import type { Release } from '../../../model/release.js';
import { RETRY_ANNOTATION } from '../../../model/resources.js';
import type { RolloutStatus } from '../kinds/rollout-status.js';
import { fastWayBack } from '../rollouts/rollback.js';
import type { Facts } from './facts.js';

/** On the policy: the update that it was made for. Another one begins anew, whatever became of the one before. */
export const UPDATE_ANNOTATION = 'serin.dev/update';

/** The way of one version of a Rollout, from a change of its template or steps, or a retry, to its end. */
export interface Update {
  /** Names it. */
  readonly id: string;
  /** Whether the status speaks of another one: then nothing that people said there is about this one. */
  readonly isNew: boolean;
  /** The status as far as it is about this update. */
  readonly said: RolloutStatus;
  /** RFC 3339. */
  readonly startedAt: string;
  /** Whether the policy does not know of it. */
  readonly begins: boolean;
  /** The release of it; undefined before there is one. */
  readonly release: Release | undefined;
  /** The release before of the same version, whose end does not count any more. */
  readonly retry: string | undefined;
  /** Whether people want it at its end at once. */
  readonly full: boolean;
  /** Whether it takes neither steps nor pauses nor analyses. */
  readonly skips: boolean;
}

/**
 * Which update a Rollout is in, and which release is of it. The status names it first, the policy after that, and only then a
 * release starts; so wherever a controller stops, the next one tells the same.
 */
export function updateOf(facts: Facts): Update {
  const { found, wanted, stepsHash, done, last, observed, rollout, stable, newest } = facts;
  const ours = last?.spec.canary.replicaSet === wanted.replicaSet.metadata.name ? last : undefined;
  const changed = found.currentPodHash !== wanted.hash || (!done && found.currentStepHash !== stepsHash);
  const retried = !changed && !done && found.abort !== true && found.abortedAt !== undefined;
  const forced = !changed && !done && found.promoteFull === true && (found.abort === true || wasTakenBack(ours));
  const isNew = changed || retried || forced;
  const startedAt = isNew ? startOf(facts, changed) : (found.duration?.rolloutStartedAt ?? '');
  const id = [wanted.hash, stepsHash ?? '', startedAt].filter((part) => part !== '').join('.');
  const annotations = observed.policy?.metadata.annotations ?? {};
  const begins = annotations[UPDATE_ANNOTATION] !== id;
  const retry = begins ? ours?.metadata.name : annotations[RETRY_ANNOTATION];
  const full = !done && (forced || (!isNew && found.promoteFull === true));
  return {
    id, isNew, full, startedAt, begins, retry,
    said: isNew ? { ...withoutVerbs(found, changed ? dueRestart(facts) : undefined), ...(forced ? { promoteFull: true } : {}) } : found,
    release: begins || ours?.metadata.name === retry ? undefined : ours,
    skips: full || neverCameUp(facts) || fastWayBack(rollout, observed.replicaSets, stable, newest) !== undefined,
  };
}

/** Whether the first version has not served anybody yet: then nobody is to be kept from the next one. */
const neverCameUp = ({ found, stable, done, replicas }: Facts): boolean => !done && replicas > 0 && stable !== undefined && (stable.status?.availableReplicas ?? 0) === 0 && findCondition(found.conditions, 'Healthy') === undefined;

/** Whether a release leads back, or has. */
export function wasTakenBack(release: Release | undefined): boolean {
  const { phase } = release?.status ?? {};
  return phase === 'Aborting' || phase === 'LettingGo' || phase === 'Aborted';
}

/** Going back to stable in the middle of an update belongs to that update. Seconds tell updates apart. */
function startOf({ found, done, stable, now }: Facts, changed: boolean): string {
  const before = found.duration?.rolloutStartedAt;
  if (before === undefined) return timestamp(now);
  if (changed && done && stable !== undefined && found.currentPodHash !== found.stableRS) return before;
  return timestamp(Math.max(now, Date.parse(before) + 1000));
}

/** Pods of a new version need no restart that was asked for before. */
const dueRestart = ({ rollout: { spec }, now }: Facts): string | undefined => (spec.restartAt !== undefined && Date.parse(spec.restartAt) <= now ? spec.restartAt : undefined);

/** What a status says when an update begins: nothing of the one before. */
function withoutVerbs(found: RolloutStatus, restartAt: string | undefined): RolloutStatus {
  const { abort: _abort, abortedAt: _abortedAt, pauseConditions: _pauses, controllerPause: _paused, promoteFull: _full, currentStepIndex: _index, canary = {}, blueGreen, ...rest } = found;
  const { currentStepAnalysisRunStatus: _step, currentBackgroundAnalysisRunStatus: _background, currentExperiment: _experiment, ...more } = canary;
  const { prePromotionAnalysisRunStatus: _pre, postPromotionAnalysisRunStatus: _post, scaleUpPreviewCheckPoint: _point, ...selectors } = blueGreen ?? {};
  return { ...rest, canary: more, ...(blueGreen ? { blueGreen: selectors } : {}), ...(restartAt === undefined ? {} : { restartedAt: restartAt }) };
}
