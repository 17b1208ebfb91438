import type { Deployment, ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import type { Job } from '../../kubernetes/generated/batch-v1.js';
import { equalTemplates } from '../../kubernetes/pod-template.js';
import type { Approval } from '../../model/approval.js';
import { hasEnded, type Release } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import type { Found, RoutingWrite } from '../../routers/router.js';

/** What runs one version, with its Pods. */
export interface Held<T extends ReplicaSet | Deployment = ReplicaSet | Deployment> {
  readonly object: T;
  /** Pods that are not gone yet, and those of them that are ready. */
  readonly pods: number;
  readonly ready: number;
}

/** A ReplicaSet of the workload with its Pods. */
export type HeldReplicaSet = Held<ReplicaSet>;

/** Everything that Serin may have left around one policy. */
export interface EjectView {
  readonly name: string;
  readonly namespace: string;
  readonly policy: ReleasePolicy | undefined;
  readonly releases: readonly Release[];
  readonly deployment: Deployment | undefined;
  readonly replicaSets: readonly HeldReplicaSet[];
  /** What runs the versions of the release under way, where users run each themselves. */
  readonly versions: readonly Held[];
  /** Of releases of this policy. */
  readonly jobs: readonly Job[];
  readonly approvals: readonly Approval[];
  readonly found: Found;
  /** Whether the Deployment was paused already when it was adopted. */
  readonly foundPaused: boolean;
  /** How long the release under way has not changed, in milliseconds: while it does, a controller is at work. */
  readonly quiet: number;
  /** For how long this has been asked at every look, in milliseconds. */
  waited(what: string): number;
}

/** What comes next on the way out. */
export type EjectAction =
  | { readonly do: 'refuse'; readonly why: string }
  | { readonly do: 'write'; readonly says: string; readonly write: RoutingWrite }
  | { readonly do: 'wait'; readonly waitsFor: string }
  | { readonly do: 'done' };

/** The release that has not ended. */
export const movingRelease = ({ releases }: Pick<EjectView, 'releases'>): Release | undefined => releases.find(({ status }) => !hasEnded(status?.phase ?? 'Preparing'));

/** The ReplicaSet of the version that users are to keep. */
export function servingReplicaSet(view: EjectView): HeldReplicaSet | undefined {
  const moving = movingRelease(view);
  const last = moving ?? [...view.releases].sort((a, b) => (a.status?.endedAt ?? '').localeCompare(b.status?.endedAt ?? '')).at(-1);
  const phase = last?.status?.phase;
  const byRelease = phase === 'Completed' || phase === 'HandingOver' ? last?.spec.canary : last?.spec.stable;
  const name = (moving ? byRelease : (view.policy?.status?.stable ?? byRelease))?.replicaSet;
  return view.replicaSets.find(({ object }) => object.metadata.name === name);
}

/** Whether the Deployment, were it not paused, would replace the version that users have. */
export function wouldRoll(view: EjectView): boolean {
  const template = servingReplicaSet(view)?.object.spec.template;
  const { deployment } = view;
  return deployment !== undefined && deployment.spec.paused === true && template !== undefined && !equalTemplates(template, deployment.spec.template);
}
