import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import type { HorizontalPodAutoscaler } from '../../kubernetes/generated/autoscaling-v2.js';
import type { PodDisruptionBudget } from '../../kubernetes/generated/policy-v1.js';
import type { Approval } from '../../model/approval.js';
import { hasEnded, type Release } from '../../model/release.js';
import { splitOfIntent } from '../../model/split-of-intent.js';
import type { Split } from '../../model/split.js';
import type { Role } from '../../model/version.js';
import type { StatusView, VersionStatus } from '../status/view.js';

/** Everything that a release, or a policy at rest, is explained from. */
export interface Facts {
  readonly view: StatusView;
  readonly deployment: Deployment | undefined;
  /** All of the namespace. */
  readonly autoscalers: readonly HorizontalPodAutoscaler[];
  readonly budgets: readonly PodDisruptionBudget[];
  readonly approvals: readonly Approval[];
  /** What happened to the policy, as the cluster's Events tell it; newest last. */
  readonly events: readonly { readonly time: string; readonly text: string }[];
}

/** A heading and what stands below it, a sentence a line. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** The release that moves just now. */
export function movingRelease({ view: { release } }: Facts): Release | undefined {
  return release && !hasEnded(release.status?.phase ?? 'Preparing') ? release : undefined;
}

/** Who receives which requests while a release moves; undefined where routes are as they were found. */
export function presentSplit(release: Release | undefined): Split | undefined {
  const status = release?.status;
  return release && status?.intent.routing === 'split' ? splitOfIntent(status.intent, release.spec.plan, status.phase) : undefined;
}

export const versionOf = ({ view }: Facts, role: Role): VersionStatus | undefined => view.versions.find((version) => version.role === role);

/** `the canary web:v2 (web-abc)`. */
export function titleOf(facts: Facts, role: Role): string {
  const version = versionOf(facts, role);
  if (!version) return role === 'stable' ? 'the stable version' : 'the canary';
  const name = version.images.length === 0 ? version.replicaSet : `${version.images.join(', ')} (${version.replicaSet})`;
  return role === 'stable' ? `stable, ${name}` : `the canary, ${name}`;
}
