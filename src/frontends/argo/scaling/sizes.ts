import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Release } from '../../../model/release.js';
import type { ReplicaSetSize } from '../rollout-decision.js';
import { hashOfReplicaSet, sizeOf } from '../rollouts/labels.js';
import { scaleDowns, type ScaleDowns } from '../rollouts/scale-down.js';
import { ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';
import type { Course } from '../updates/course.js';
import type { Facts } from '../updates/facts.js';
import { servicesOfUsers } from './services.js';

/** What the Rollout itself sizes: its stable version, and what nobody is sent to any more. */
export interface Sizing {
  readonly sizes: readonly ReplicaSetSize[];
  readonly deadlines: ScaleDowns['deadlines'];
  readonly lookAgainAt: number | undefined;
}

/** Sizes and deadlines of ReplicaSets that no release sizes at the moment. */
export function sizingOf(facts: Facts, course: Course): Sizing {
  const { rollout, observed, stable, wanted, moving, now, replicas, done } = facts;
  const newest = wanted.replicaSet.metadata.name;
  const { update, aborted, standing } = course;
  const { blueGreen } = rollout.spec.strategy ?? {};
  const down = scaleDowns(rollout, {
    replicaSets: observed.replicaSets,
    stable: stable?.metadata.name,
    newest,
    held: new Set(moving ? [moving.spec.stable.replicaSet, moving.spec.canary.replicaSet] : []),
    reached: reachedReplicaSets(facts),
    aborted: aborted && moving === undefined,
    keepOld: blueGreen?.postPromotionAnalysis !== undefined && blueGreen.scaleDownDelaySeconds === undefined && standing?.at !== undefined && !done,
  }, now);
  // While it still says that its Pods are there, the release that takes the fast way is not begun.
  const waits = !done && !aborted && update.release === undefined;
  return {
    sizes: [...stableSize(stable, moving, replicas), ...down.sizes],
    deadlines: down.deadlines.filter(({ replicaSet, at }) => !(waits && at === undefined && replicaSet === newest)),
    lookAgainAt: down.lookAgainAt,
  };
}

/** The stable version has as many Pods as the Rollout says, unless a release sizes it. */
function stableSize(stable: ReplicaSet | undefined, moving: Release | undefined, replicas: number): ReplicaSetSize[] {
  if (!stable || sizeOf(stable) === replicas || isHeld(stable.metadata.name, moving)) return [];
  return [{ replicaSet: stable.metadata.name, replicas }];
}

/** Whether a release under way has a ReplicaSet in its hands. */
function isHeld(name: string, moving: Release | undefined): boolean {
  if (!moving) return false;
  const { stable, canary } = moving.spec;
  const { holders, sizes } = moving.status?.intent ?? {};
  // Before its first look at it, a release may take any of the two.
  if (canary.replicaSet === name) return holders?.canary !== 'home';
  return stable.replicaSet === name && holders?.stable === 'release' && sizes?.stable !== undefined;
}

/** Those that a Service leads users to. */
function reachedReplicaSets({ rollout, observed }: Facts): ReadonlySet<string> {
  const hashes = new Set(servicesOfUsers(rollout, observed.known).flatMap(({ spec }) => spec?.selector?.[ROLLOUTS_HASH_LABEL] ?? []));
  return new Set(observed.replicaSets.filter((each) => hashes.has(hashOfReplicaSet(each))).map(({ metadata }) => metadata.name));
}
