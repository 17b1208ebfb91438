import { hasEnded, type Release } from '../model/release.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { RETRY_ANNOTATION } from '../model/resources.js';

/** What trying a version again is decided on. */
export interface RetryObjects {
  readonly policy: ReleasePolicy;
  /** The policy's last release. */
  readonly release: Release | undefined;
}

/** What it comes to: an annotation of the policy to set, or nothing where it is set already, or why it cannot be. */
export type RetryPlan =
  | { readonly outcome: 'annotate'; readonly on: 'policy'; readonly name: string; readonly value: string; readonly lines: readonly string[] }
  | { readonly outcome: 'nothing'; readonly lines: readonly string[] }
  | { readonly outcome: 'refused'; readonly why: string };

/** Tries the version that was taken back last once more. Pure. */
export function planRetry({ policy, release }: RetryObjects): RetryPlan {
  const { name } = policy.metadata;
  const follow = `Follow it with: serin status ${name} --watch.`;
  if (release && !hasEnded(release.status?.phase ?? 'Preparing')) return { outcome: 'refused', why: `release ${release.metadata.name} is under way; there is nothing to retry. ${follow}` };
  const rejected = policy.status?.rejected;
  if (!rejected || policy.status?.phase !== 'Holding') {
    return { outcome: 'refused', why: `policy ${name} holds no version that was taken back: ${policy.status?.message ?? 'no controller has looked at it.'} A version that is stable already is started again by: serin restart ${name}.` };
  }
  if (policy.metadata.annotations?.[RETRY_ANNOTATION] === rejected.release) return { outcome: 'nothing', lines: [`${rejected.replicaSet} is asked to be tried again already.`, follow] };
  return {
    outcome: 'annotate', on: 'policy', name: RETRY_ANNOTATION, value: rejected.release,
    lines: [`${rejected.replicaSet}, which ${rejected.release} took back (${rejected.reason}), is tried again from the first step.`, ...(policy.spec.paused ? [`The policy is paused, so it starts when spec.paused is taken off.`] : []), follow],
  };
}
