import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import { surgeAndUnavailable } from '../../../kubernetes/int-or-percent.js';
import type { Rollout } from '../kinds/rollout.js';
import { SCALE_DOWN_DEADLINE, sizeOf } from './labels.js';
import { podAmount } from './pod-amount.js';
import { byRevision } from './revisions.js';
import { replicasOf } from './template.js';

/** What is known of the ReplicaSets of a Rollout. */
export interface ScaleDownView {
  readonly replicaSets: readonly ReplicaSet[];
  /** Name of the one that users rely on; undefined before there is one. */
  readonly stable: string | undefined;
  /** Name of the newest one. */
  readonly newest: string;
  /** Names of those that a release under way sizes. */
  readonly held: ReadonlySet<string>;
  /** Names of others that requests may still reach, by a Service or a weight. */
  readonly reached: ReadonlySet<string>;
  readonly aborted: boolean;
  /** Whether old Pods may not go yet: an analysis after the switch runs, or somebody has to decide what it says. */
  readonly keepOld: boolean;
}

/** What becomes of Pods that nobody is sent to any more. */
export interface ScaleDowns {
  /** Deadlines that are written, or taken off (undefined). */
  readonly deadlines: readonly { readonly replicaSet: string; readonly at: string | undefined }[];
  readonly sizes: readonly { readonly replicaSet: string; readonly replicas: number }[];
  /** When the next deadline is over, in milliseconds. */
  readonly lookAgainAt: number | undefined;
}

const DELAY_SECONDS = 30;

/**
 * Which ReplicaSets that are neither stable nor on trial go now, which wait and until when. Of an aborted version Pods stay for
 * abortScaleDownDelaySeconds once stable has all of its own; old versions stay for scaleDownDelaySeconds where something tells
 * them from the new one. Without that they go at once, as far as enough Pods are left.
 * @param now milliseconds
 */
export function scaleDowns(rollout: Rollout, view: ScaleDownView, now: number): ScaleDowns {
  const plan = new Plan(now);
  const { stable, newest, held } = view;
  const left = view.aborted && stable !== undefined && stable !== newest ? newest : undefined;
  for (const replicaSet of view.replicaSets) {
    const { name } = replicaSet.metadata;
    if (name === stable || (name === newest && left === undefined)) plan.clear(replicaSet);
    else if (name === left && !held.has(name)) afterAbort(rollout, replicaSet, view, plan);
  }
  const others = view.replicaSets.filter(({ metadata: { name } }) => name !== stable && name !== newest && !held.has(name)).sort(byRevision);
  afterUpdate(rollout, others, view, plan);
  return plan;
}

class Plan implements ScaleDowns {
  readonly deadlines: { replicaSet: string; at: string | undefined }[] = [];
  readonly sizes: { replicaSet: string; replicas: number }[] = [];
  lookAgainAt: number | undefined;
  readonly now: number;

  constructor(now: number) {
    this.now = now;
  }

  clear({ metadata: { name, annotations } }: ReplicaSet): void {
    if (annotations?.[SCALE_DOWN_DEADLINE] !== undefined) this.deadlines.push({ replicaSet: name, at: undefined });
  }

  size(replicaSet: ReplicaSet, replicas: number): void {
    if (sizeOf(replicaSet) !== replicas) this.sizes.push({ replicaSet: replicaSet.metadata.name, replicas });
  }

  /** Takes all Pods, and the deadline with them. */
  empty(replicaSet: ReplicaSet): void {
    this.size(replicaSet, 0);
    this.clear(replicaSet);
  }

  /** Keeps its Pods for so long from now on. */
  wait({ metadata: { name } }: ReplicaSet, seconds: number): void {
    // The annotation knows no parts of a second; it never ends early.
    const at = Math.ceil(this.now / 1000 + seconds) * 1000;
    this.deadlines.push({ replicaSet: name, at: new Date(at).toISOString().replace('.000Z', 'Z') });
    this.lookAgain(at);
  }

  lookAgain(at: number): void {
    this.lookAgainAt = Math.min(this.lookAgainAt ?? at, at);
  }
}

/** When the Pods of a ReplicaSet go; the beginning of time for what cannot be read. */
function deadlineOf({ metadata }: ReplicaSet): number | undefined {
  const text = metadata.annotations?.[SCALE_DOWN_DEADLINE];
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : at;
}

/** How long Pods of an aborted version stay, in seconds; `forever` where they are to be kept. */
export function abortDelay({ spec }: Rollout): number | 'forever' {
  const { canary, blueGreen } = spec.strategy ?? {};
  if (!blueGreen && !canary?.trafficRouting) return 0;
  const said = (blueGreen ?? canary)?.abortScaleDownDelaySeconds;
  if (said === 0) return 'forever';
  return said ?? (canary?.dynamicStableScale ? 0 : DELAY_SECONDS);
}

/** How long Pods of an old version stay, in seconds. */
export function updateDelay({ spec }: Rollout): number {
  const { canary, blueGreen } = spec.strategy ?? {};
  if (!blueGreen && (!canary?.trafficRouting || canary.dynamicStableScale)) return 0;
  return (blueGreen ?? canary)?.scaleDownDelaySeconds ?? DELAY_SECONDS;
}

function afterAbort(rollout: Rollout, replicaSet: ReplicaSet, { replicaSets, stable, reached }: ScaleDownView, plan: Plan): void {
  const delay = abortDelay(rollout);
  if (sizeOf(replicaSet) === 0) return;
  if (delay === 'forever' || reached.has(replicaSet.metadata.name)) {
    plan.clear(replicaSet);
    return;
  }
  if (delay === 0) {
    plan.empty(replicaSet);
    return;
  }
  const deadline = deadlineOf(replicaSet);
  if (deadline === undefined) {
    const available = replicaSets.find(({ metadata }) => metadata.name === stable)?.status?.availableReplicas ?? 0;
    if (available >= replicasOf(rollout)) plan.wait(replicaSet, delay);
    // The deadline stays, as a mark of what it was.
  } else if (deadline <= plan.now) plan.size(replicaSet, 0);
  else plan.lookAgain(deadline);
}

/** @param others neither stable nor the newest, the newest revision first */
function afterUpdate(rollout: Rollout, others: readonly ReplicaSet[], view: ScaleDownView, plan: Plan): void {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  if (!blueGreen && !canary?.trafficRouting) {
    withoutRouting(rollout, others, view, plan);
    return;
  }
  if (view.keepOld && blueGreen) return;
  const delay = updateDelay(rollout);
  const limit = (blueGreen ?? canary)?.scaleDownDelayRevisionLimit ?? Number.POSITIVE_INFINITY;
  let waiting = 0;
  for (const replicaSet of others) {
    if (sizeOf(replicaSet) === 0 || view.reached.has(replicaSet.metadata.name)) continue;
    const deadline = deadlineOf(replicaSet);
    // In the middle of an update it was on trial until just now, and is of no use.
    const wasStable = deadline !== undefined || blueGreen !== undefined || view.stable === view.newest;
    waiting += wasStable ? 1 : 0;
    if (!wasStable || waiting > limit || delay === 0 || (deadline !== undefined && deadline <= plan.now)) {
      plan.empty(replicaSet);
      continue;
    }
    if (deadline === undefined) plan.wait(replicaSet, delay);
    else plan.lookAgain(deadline);
    // It is what a way back leads to, so it grows and shrinks with the Rollout.
    if (blueGreen) plan.size(replicaSet, replicasOf(rollout));
  }
}

/** Pods of all versions share the requests, so old ones go as soon as enough are available without them. */
function withoutRouting(rollout: Rollout, others: readonly ReplicaSet[], { replicaSets }: ScaleDownView, plan: Plan): void {
  const { maxSurge = '25%', maxUnavailable = '25%' } = rollout.spec.strategy?.canary ?? {};
  const replicas = replicasOf(rollout);
  const { unavailable } = surgeAndUnavailable(podAmount(maxSurge), podAmount(maxUnavailable), replicas);
  const available = replicaSets.reduce((sum, each) => sum + Math.min(each.status?.availableReplicas ?? 0, sizeOf(each)), 0);
  let room = Math.max(0, available - (replicas - unavailable));
  for (const replicaSet of others) {
    const size = sizeOf(replicaSet);
    if (size === 0) continue;
    plan.clear(replicaSet);
    // Those that are not available are no loss.
    const good = Math.min(replicaSet.status?.availableReplicas ?? 0, size);
    const taken = Math.min(good, room);
    room -= taken;
    if (good - taken !== size) plan.sizes.push({ replicaSet: replicaSet.metadata.name, replicas: good - taken });
  }
}
