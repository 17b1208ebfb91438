import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import { formatLabelSelector } from '../../../kubernetes/selectors.js';
import type { RolloutStatus } from '../kinds/rollout-status.js';
import { withHash } from '../rollouts/labels.js';
import type { Facts } from '../updates/facts.js';

type Counts = Pick<RolloutStatus, 'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas' | 'HPAReplicas' | 'selector'>;

/**
 * How many Pods there are. Of blue/green only those of the active version count as ready and available, and for autoscalers;
 * the others serve nobody.
 * @param active the hash that the active Service leads to; undefined for a canary
 */
export function countsOf({ observed: { replicaSets }, newest, template }: Pick<Facts, 'observed' | 'newest' | 'template'>, active: string | undefined): Counts {
  const serving = withHash(replicaSets, active);
  const counted = serving ? [serving] : replicaSets;
  return {
    ...count('replicas', sum(replicaSets, 'replicas')),
    ...count('updatedReplicas', sum(newest ? [newest] : [], 'replicas')),
    ...count('readyReplicas', sum(counted, 'readyReplicas')),
    ...count('availableReplicas', sum(counted, 'availableReplicas')),
    ...count('HPAReplicas', sum(counted, 'replicas')),
    selector: formatLabelSelector(serving?.spec.selector ?? template.selector),
  };
}

/** What is 0 is not written, as Argo Rollouts has it. */
const count = (field: keyof Omit<Counts, 'selector'>, value: number): Counts => (value === 0 ? {} : { [field]: value });

const sum = (replicaSets: readonly ReplicaSet[], field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number => replicaSets.reduce((total, { status }) => total + (status?.[field] ?? 0), 0);
