import type { AbortReason, ReleasePhase } from '../../model/release.js';
import type { PolicyPhase } from '../../model/release-policy.js';
import type { Role } from '../../model/version.js';
import type { MetricStatus, VersionStatus } from './view.js';

/** Where a release, or a policy at rest, stands, as it is drawn; from objects of a cluster or from what a server tells of them. */
export interface DrawnStatus {
  readonly policy: DrawnPolicy | undefined;
  readonly release: DrawnRelease | undefined;
  readonly versions: readonly DrawnVersion[];
  /** In one sentence what it does or waits for. */
  readonly message: string;
}

export interface DrawnPolicy {
  readonly name: string;
  readonly phase: PolicyPhase | 'new';
  /** Whose versions it releases, by which strategy, over which routing products. */
  readonly what: string;
}

export interface DrawnRelease {
  readonly name: string;
  readonly phase: ReleasePhase;
  readonly abortReason: AbortReason | undefined;
  readonly paused: boolean;
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  /** Why it goes out without being judged. */
  readonly hotfix: string | undefined;
  readonly steps: readonly DrawnStep[];
  readonly metrics: readonly MetricStatus[];
  /** Shares of both versions, per mille. */
  readonly shares: Readonly<Partial<Record<ShareKind, Readonly<Record<Role, number>>>>>;
  /** Requests that reach the canary in another way than by its share. */
  readonly beside: readonly string[];
  /** What happened, from first to last. */
  readonly log: readonly DrawnEntry[];
}

export const shareKinds = ['asked', 'written', 'accepted', 'counted'] as const;
export type ShareKind = (typeof shareKinds)[number];

export interface DrawnStep {
  readonly text: string;
  /** `stopped`: the release was taken back at it. */
  readonly state: 'done' | 'now' | 'todo' | 'stopped';
  /** Jobs that were made for it. */
  readonly jobs: readonly string[];
  readonly said: readonly DrawnWord[];
}

/** What somebody said to a step. */
export interface DrawnWord {
  readonly approved: boolean;
  readonly user: string;
  readonly comment: string;
  readonly via: string | undefined;
  readonly window: string | undefined;
}

/** A version; `hidden`: its Pods may not be seen, so that nothing is said of them. */
export type DrawnVersion = VersionStatus & { readonly hidden?: boolean };

export interface DrawnEntry {
  readonly number: number;
  readonly time: string;
  readonly text: string;
}
