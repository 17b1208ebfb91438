import { equalTemplates } from '../../kubernetes/pod-template.js';
import type { Deployment, ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import { hasEnded, type Release } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';

export const goals = ['completed', 'aborted', 'ended'] as const;
export type Goal = (typeof goals)[number];

/** Whether a wait is over, and how. */
export type Progress =
  | { readonly state: 'waiting' }
  | { readonly state: 'reached'; readonly message: string }
  | { readonly state: 'aborted' | 'missed'; readonly message: string };

export interface WaitObjects {
  readonly policy: ReleasePolicy | undefined;
  readonly release: Release | undefined;
  readonly deployment: Deployment | undefined;
  readonly replicaSets: readonly ReplicaSet[];
}

/** How far one release is from a goal. */
export function releaseProgress(release: Release, goal: Goal): Progress {
  const phase = release.status?.phase ?? 'Preparing';
  const name = release.metadata.name;
  if (!hasEnded(phase)) return { state: 'waiting' };
  const message = `release ${name} ${phase === 'Completed' ? 'is complete' : `was taken back (${release.status?.abortReason ?? 'Aborted'})`}`;
  if (goal === 'ended' || (goal === 'completed') === (phase === 'Completed')) return { state: 'reached', message: `Release${message.slice('release'.length)}.` };
  return { state: phase === 'Aborted' ? 'aborted' : 'missed', message: `${message}.` };
}

/**
 * How far a policy is from a goal. A change of the workload that no release has taken up yet counts as one under way, and a
 * release that made way for a newer version hands the wait on to it.
 */
export function policyProgress({ policy, release, deployment, replicaSets }: WaitObjects, goal: Goal): Progress {
  const status = policy?.status;
  if (!policy || !status?.phase || (status.observedGeneration ?? 0) < (policy.metadata.generation ?? 0)) return { state: 'waiting' };
  if (status.phase === 'Refused') return { state: 'missed', message: `policy ${policy.metadata.name} is refused: ${status.message ?? ''}` };
  if (status.phase === 'Adopting' || status.phase === 'Releasing') return { state: 'waiting' };
  const last = status.release !== undefined && release?.metadata.name === status.release && status.concluded === status.release ? release : undefined;
  const held = status.phase === 'Holding';
  const template = deployment?.spec.template ?? policy.spec.workload.inline?.template;
  const stable = replicaSets.find(({ metadata }) => metadata.name === status.stable?.replicaSet);
  const asked = held ? replicaSets.find(({ metadata }) => metadata.name === status.rejected?.replicaSet) : stable;
  const unseen = template !== undefined && asked?.spec.template !== undefined && !equalTemplates(template, asked.spec.template);
  if (unseen || (held && status.rejected === undefined)) return { state: 'waiting' };
  if (last) return releaseProgress(last, goal);
  return { state: goal === 'aborted' ? 'missed' : 'reached', message: `No release of ${policy.metadata.name} is under way; ${status.stable?.replicaSet ?? 'it'} is stable.` };
}
