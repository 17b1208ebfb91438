import type { RolloutStep } from '../rollout-steps.js';
import type { ReleasedComponent } from './facts.js';

/** How far a release goes in one go. */
export interface CanaryRollout {
  /** Pods of the new version from here on. */
  readonly pods: number;
  /** Its part of the requests in per cent; the part that its Pods are when absent. */
  readonly weight: number | undefined;
  /** Whether it waits behind it until it is told to go on. */
  readonly pause: boolean;
}

/** The revision that a component goes to: the one that its trait names, else the one that the spec is. */
export const wantedRevision = ({ rendered, revision }: Pick<ReleasedComponent, 'rendered' | 'revision'>): string => rendered.rollout.targetRevision ?? revision.name;

/**
 * What the canary-rollout steps of a component are together: one release, with a pause behind every step but the one that
 * leaves nothing to do.
 */
export function rolloutsOf(steps: readonly RolloutStep[], facts: ReleasedComponent): CanaryRollout[] {
  const { rollout: { batches, targetSize }, traffic } = facts.rendered;
  return steps.map(({ batchPartition, weights }) => {
    const pods = Math.min(targetSize, batches.slice(0, batchPartition + 1).reduce((sum, size) => sum + size, 0));
    const said = weights === undefined ? undefined : (weights.find(({ revision }) => revision === wantedRevision(facts))?.weight ?? 0);
    const weight = traffic ? said : undefined;
    return { pods, weight, pause: pods < targetSize || (weight ?? 100) < 100 };
  });
}

/** The batches of the trait, for a release that goes through them by itself; with a batchPartition it waits behind each. */
export function ownBatches({ rendered: { rollout } }: ReleasedComponent): CanaryRollout[] {
  let pods = 0;
  return rollout.batches.map((size) => {
    pods += size;
    return { pods, weight: undefined, pause: rollout.batchPartition !== undefined && pods < rollout.targetSize };
  });
}

/** All at once, as on the way back. */
export const allAtOnce = ({ rendered: { rollout, traffic } }: ReleasedComponent): CanaryRollout[] => [{ pods: rollout.targetSize, weight: traffic ? 100 : undefined, pause: false }];
