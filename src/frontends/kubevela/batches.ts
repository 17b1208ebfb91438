import { scaledIntOrPercent } from '../../kubernetes/int-or-percent.js';
import type { RolloutTrait } from './properties/traits.js';

/** Pods of each batch, or why the batches do not fill the target. */
export type BatchSizes = { readonly sizes: readonly number[] } | { readonly problem: string; readonly index: number | undefined };

/**
 * The Pods of each batch of a rollout trait. Parts in per cent are of targetSize, rounded up; the last batch takes what
 * is left, so it may be a part, but a number has to be that number. Without batches there is one.
 */
export function batchSizes({ targetSize, rolloutBatches = [] }: Pick<RolloutTrait, 'targetSize' | 'rolloutBatches'>): BatchSizes {
  if (rolloutBatches.length === 0) return { sizes: [targetSize] };
  const sizes: number[] = [];
  let done = 0;
  for (const [index, { replicas }] of rolloutBatches.entries()) {
    const last = index === rolloutBatches.length - 1;
    const left = targetSize - done;
    const asked = scaledIntOrPercent(replicas, targetSize, 'up');
    if (last && typeof replicas === 'number' && asked !== left) {
      return { index: undefined, problem: `the batches have ${done + asked} Pods together, and targetSize is ${targetSize}.` };
    }
    if (!last && asked >= left) return { index, problem: `with this batch there are ${done + asked} of ${targetSize} Pods already, so nothing is left for the ones behind it.` };
    const size = last ? left : asked;
    if (size === 0) return { index, problem: 'the batch has no Pods.' };
    sizes.push(size);
    done += size;
  }
  return { sizes };
}
