import type { Evidence } from '../model/evidence.js';
import type { Freeze } from '../model/freeze-calendar.js';
import type { MetricKind } from '../model/policy/analysis.js';
import type { RunningImage } from '../model/pulled-image.js';
import type { Holder } from '../model/release.js';
import type { Split } from '../model/split.js';
import type { Role } from '../model/version.js';

/** Something wrong with a Pod that time alone does not mend. */
export interface PodTrouble {
  readonly pod: string;
  /** `crashing` ends a release; the others are named while it waits. */
  readonly kind: 'crashing' | 'image' | 'config' | 'unschedulable' | 'refused' | 'unready';
  /** In the words of the cluster. */
  readonly detail: string;
}

/** A Pod that was told to end. */
export interface EndingPod {
  readonly pod: string;
  /** Empty when it was never given one. */
  readonly node: string;
  /** When it is to have ended, in milliseconds since the epoch. */
  readonly until: number;
}

/** A ReplicaSet as it was found. */
export interface ReplicaSetObservation {
  readonly name: string;
  /** What its spec asks for. */
  readonly size: number;
  /** Pods that are there, also those not ready. */
  readonly pods: number;
  readonly ready: number;
  /** `nobody`: no controller; `stranger`: someone that is none of ours. */
  readonly holder: Holder | 'nobody' | 'stranger';
  readonly troubles: readonly PodTrouble[];
  /** Pods that are told to end and have not, the first that was to end first. */
  readonly ending?: readonly EndingPod[];
}

/**
 * What keeps a Deployment from rolling when its template changes. `OnChange`: the cluster pauses it in that same request.
 * `AtRest`: nothing does, so it stays paused. `Unsettled`: the cluster does since a moment ago, so what rests is left as it is.
 */
export type Pausing = 'OnChange' | 'AtRest' | 'Unsettled';

/** The Deployment, or the inline workload of the policy. */
export interface WorkloadObservation {
  readonly kind: 'Deployment' | 'Inline' | 'Versions';
  readonly replicas: number;
  /** Whether it is kept from rolling by itself; always true for inline workloads. */
  readonly paused: boolean;
  /** `OnChange` when absent. */
  readonly pausing?: Pausing | undefined;
  /** Which version its template asks for. */
  readonly template: Role | 'other';
  /** Whether its controller has seen the present spec. */
  readonly observed: boolean;
  /** Whether all of its Pods are of its template, and ready. */
  readonly rolledOut: boolean;
}

/** How far routing is, for the intent that is on record. */
export interface RoutingObservation {
  /** All stages towards the recorded intent are reached. */
  readonly reached: boolean;
  /** What it waits for when it is not reached. */
  readonly waitsFor: string | undefined;
  /** When that wait may end by time alone, in milliseconds since the epoch. */
  readonly waitsUntil?: number | undefined;
  readonly written: Split | undefined;
  readonly accepted: Split | undefined;
  /** Fields that someone else overwrote, objects that were refused. */
  readonly problems: readonly { readonly place: string; readonly problem: string; readonly remedy: string }[];
}

/** The Job of the present step. */
export interface JobObservation {
  readonly name: string;
  readonly state: 'running' | 'succeeded' | 'failed';
  /** Why it failed, in the words of the cluster. */
  readonly detail: string;
}

/** What the webhook of the present step answered last. */
export interface GateObservation {
  readonly state: 'asking' | 'open' | 'refused';
  readonly detail: string;
}

/** What one person said, as the API server vouches for it. */
export interface ApprovalObservation {
  readonly user: string;
  readonly groups: readonly string[];
  /** Index of the step, from 0; -1 for the time before the release begins. */
  readonly step: number;
  readonly approved: boolean;
  readonly comment: string;
  /** The freeze window that it is about. */
  readonly freezeWindow?: string | undefined;
  /** What was shown to whoever said it; undefined where nothing was. */
  readonly seen?: { readonly plan: string; readonly images: readonly string[] } | undefined;
  /** By which door. */
  readonly via?: string | undefined;
  /** When it was said, in milliseconds since the epoch, rounded down to whole seconds; undefined where nobody knows. */
  readonly at?: number | undefined;
}

/** What one metric says so far. */
export interface MetricObservation {
  readonly name: string;
  readonly kind: MetricKind;
  readonly outcome: 'pass' | 'fail' | 'undecided';
  /** Undecided for good. */
  readonly ended: boolean;
  /** It decides nothing. */
  readonly dryRun: boolean;
  /** Sampled and judged only in the steps that name it. */
  readonly ofSteps: boolean;
  /** The same as a sentence, with the numbers that led to it. */
  readonly says: string;
  /** Why there are no samples at the moment. */
  readonly problem?: string | undefined;
  /** How many counted; 0 before the first. */
  readonly samples?: number | undefined;
  /** Undecided, and rather against the canary than for it. */
  readonly leansWorse?: boolean | undefined;
  /** It passes only because nothing speaks against the canary so far: it can fail and proves nothing. */
  readonly watches?: boolean | undefined;
}

/** All that the engine may know. Plain data; the same observation always leads to the same decision. */
export interface Observation {
  readonly releaseDeleted: boolean;
  readonly policyDeleted: boolean;
  /** Undefined when it is gone. */
  readonly workload: WorkloadObservation | undefined;
  /** The workload was deleted so that its Pods go on running, as far as can be told. */
  readonly orphaned?: boolean;
  /** Undefined when it does not exist. */
  readonly replicaSets: Readonly<Record<Role, ReplicaSetObservation | undefined>>;
  /** Every other ReplicaSet of the workload. */
  readonly others: readonly ReplicaSetObservation[];
  readonly routing: RoutingObservation;
  /** Requests that were counted since the release began. */
  readonly evidence: Evidence;
  /** Empty before anything is sampled. */
  readonly analysis?: readonly MetricObservation[];
  /** Absent while the present step has set off none. */
  readonly job?: JobObservation | undefined;
  readonly gate?: GateObservation | undefined;
  readonly approvals?: readonly ApprovalObservation[];
  /** What canary Pods run in their containers, as far as it is known. */
  readonly canaryImages?: readonly RunningImage[];
  /** The freeze windows that it is in now, for a release that has not begun; the one that ends last first. */
  readonly frozen?: readonly Freeze[];
  /** Whether there is a place for one more release under way; not asked for when absent. */
  readonly place?: { readonly free: boolean };
}
