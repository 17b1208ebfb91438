import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import { hasEnded, type Release } from '../../../model/release.js';
import type { RolloutStep } from '../kinds/canary-steps.js';
import type { RolloutStatus } from '../kinds/rollout-status.js';
import type { Rollout } from '../kinds/rollout.js';
import type { RolloutObservation } from '../rollout-observation.js';
import { hashOfReplicaSet, withHash } from '../rollouts/labels.js';
import { replicaSetFor, type NewestVersion } from '../rollouts/replica-set.js';
import { replicasOf, type ResolvedTemplate } from '../rollouts/template.js';
import { stepHash } from '../step-hash.js';

/** A Rollout and what is there of it, put together. */
export interface Facts {
  readonly rollout: Rollout;
  /** Its status as it was read: what was written last, and what people have changed in it since. */
  readonly found: RolloutStatus;
  readonly observed: RolloutObservation;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly replicas: number;
  readonly template: ResolvedTemplate;
  /** Of a canary; empty for blue/green. */
  readonly steps: readonly RolloutStep[];
  /** Names the steps; undefined for blue/green. */
  readonly stepsHash: string | undefined;
  /** The version that the template asks for. */
  readonly wanted: NewestVersion;
  /** Its ReplicaSet as it was found. */
  readonly newest: ReplicaSet | undefined;
  /** The ReplicaSet that users rely on; undefined before there is one. */
  readonly stable: ReplicaSet | undefined;
  /** Of the version that users rely on: before there is one, of the first, unless the Rollout is paused. Empty for none. */
  readonly stableHash: string;
  /** Whether the version that the template asks for is the one that users rely on. */
  readonly done: boolean;
  /** The last release. */
  readonly last: Release | undefined;
  /** The same while it is under way. */
  readonly moving: Release | undefined;
}

/** Puts together what is known of a Rollout that passed the checks. */
export function factsOf(rollout: Rollout, observed: RolloutObservation, template: ResolvedTemplate, now: number): Facts {
  const { status: found = {}, spec } = rollout;
  const { canary } = spec.strategy ?? {};
  const wanted = replicaSetFor(rollout, template, observed.replicaSets);
  const last = observed.releases.at(-1);
  const stable = stableOf(found, observed);
  const first = spec.paused === true ? '' : wanted.hash;
  const stableHash = stable ? hashOfReplicaSet(stable) : first;
  return {
    rollout, found, observed, now, template, wanted, stable, stableHash, last,
    replicas: replicasOf(rollout),
    steps: canary?.steps ?? [],
    stepsHash: canary ? stepHash(canary.steps) : undefined,
    newest: wanted.isNew ? undefined : observed.replicaSets.find(({ metadata }) => metadata.name === wanted.replicaSet.metadata.name),
    done: stableHash !== '' && stableHash === wanted.hash,
    moving: last && !hasEnded(last.status?.phase ?? 'Preparing') ? last : undefined,
  };
}

/**
 * The version that users rely on: what the last release has brought about and the policy has not taken over yet, what the
 * policy knows, or before there is one what the status says.
 */
function stableOf({ stableRS }: RolloutStatus, { replicaSets, policy, releases }: RolloutObservation): ReplicaSet | undefined {
  const last = releases.at(-1);
  const named = (name: string | undefined): ReplicaSet | undefined => (name === undefined ? undefined : replicaSets.find(({ metadata }) => metadata.name === name));
  if (last?.status?.phase === 'Completed' && policy?.status?.concluded !== last.metadata.name) return named(last.spec.canary.replicaSet);
  return named(policy?.status?.stable?.replicaSet) ?? withHash(replicaSets, stableRS);
}
