import type { Job } from '../../../kubernetes/generated/batch-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';

/** Annotation and label that hold the index of a Pod of an Indexed Job. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';

/** Whether each Pod works on an index of its own. */
export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === 'Indexed';
}

/** The index that the Pod works on; undefined where it names none. */
export function completionIndex({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[COMPLETION_INDEX] ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The indexes in a text such as `0,3-5`, below `completions`. What cannot be read is left out. */
export function parseIndexes(text: string, completions: number): Set<number> {
  const result = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined) continue;
    for (let index = Number(first); index <= Math.min(Number(last ?? first), completions - 1); index += 1) result.add(index);
  }
  return result;
}

/** The inverse of `parseIndexes`: three in a row and more are written as a range, two are not. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length; ) {
    let end = at;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end += 1;
    const [first, last] = [String(sorted[at]), String(sorted[end])];
    parts.push(end === at ? first : end === at + 1 ? `${first},${last}` : `${first}-${last}`);
    at = end + 1;
  }
  return parts.join(',');
}

/** Indexes that have succeeded: those in the status, and those of tracked Pods that ended well. */
export function succeededIndexes(job: Job, succeeded: readonly Pod[]): Set<number> {
  const result = parseIndexes(job.status?.completedIndexes ?? '', job.spec.completions ?? 0);
  for (const pod of succeeded) {
    const index = completionIndex(pod);
    if (index !== undefined) result.add(index);
  }
  return result;
}

/** The first `count` indexes that nobody has done or works on. */
export function pendingIndexes(count: number, completions: number, taken: ReadonlySet<number>): number[] {
  const result: number[] = [];
  for (let index = 0; index < completions && result.length < count; index += 1) if (!taken.has(index)) result.push(index);
  return result;
}

/** Active Pods that no index needs: beyond the completions, or second on their index. */
export function superfluous(active: readonly Pod[], completions: number): Pod[] {
  const seen = new Set<number>();
  return active.filter((pod) => {
    const index = completionIndex(pod);
    if (index === undefined || index >= completions || seen.has(index)) return true;
    seen.add(index);
    return false;
  });
}
