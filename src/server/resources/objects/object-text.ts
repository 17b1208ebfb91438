import { stringify } from 'yaml';
import { isRecord } from '../../../kubernetes/json.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { EPOCH_ANNOTATION, SIZE_ANNOTATION } from '../../../model/resources.js';

/** Bookkeeping of the server, which nobody writes. */
const SERVERS = new Set(['managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp', 'selfLink']);
/** Annotations that say nothing of what an object does. */
const HIDDEN = new Set(['kubectl.kubernetes.io/last-applied-configuration', EPOCH_ANNOTATION, SIZE_ANNOTATION]);

/** An object as YAML, as a person would write it. */
export function objectText(object: KubernetesObject): string {
  const { apiVersion, kind, metadata, ...rest } = object;
  const fields = Object.entries(rest).filter(([name]) => name !== 'status');
  const kept = Object.entries(metadata).flatMap(([name, value]): [string, unknown][] => {
    if (SERVERS.has(name)) return [];
    if (name !== 'annotations' || !isRecord(value)) return [[name, value]];
    const annotations = Object.entries(value).filter(([key]) => !HIDDEN.has(key));
    return annotations.length === 0 ? [] : [[name, Object.fromEntries(annotations)]];
  });
  return yamlText({ apiVersion, kind, metadata: Object.fromEntries(kept), ...Object.fromEntries(fields) });
}

/** A value as YAML: no line is broken, and nothing stands for what stood before. */
export const yamlText = (value: unknown): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });

/** So many lines are compared at most; of longer objects only what stands at both ends is. */
const MOST_LINES = 3_000;

/** The lines of a text, from 1, that another one does not have: all of them without another one. */
export function changedLines(text: string, before: string | undefined): number[] {
  const [now, old] = [linesOf(text), before === undefined ? [] : linesOf(before)];
  let head = 0;
  while (head < now.length && head < old.length && now[head] === old[head]) head++;
  let tail = 0;
  while (tail < now.length - head && tail < old.length - head && now[now.length - 1 - tail] === old[old.length - 1 - tail]) tail++;
  const [fresh, gone] = [now.slice(head, now.length - tail), old.slice(head, old.length - tail)];
  const kept = fresh.length > MOST_LINES || gone.length > MOST_LINES ? new Set<number>() : common(fresh, gone);
  return fresh.flatMap((_, index) => (kept.has(index) ? [] : [head + index + 1]));
}

const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n');

/** The indexes of the first list that belong to the longest common subsequence of both. */
function common(fresh: readonly string[], gone: readonly string[]): Set<number> {
  const width = gone.length + 1;
  // Row by row from the end: the most lines that both share from there on.
  const shared = new Uint16Array((fresh.length + 1) * width);
  const at = (i: number, j: number): number => shared[i * width + j] ?? 0;
  for (let i = fresh.length - 1; i >= 0; i--) {
    for (let j = gone.length - 1; j >= 0; j--) shared[i * width + j] = fresh[i] === gone[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const kept = new Set<number>();
  for (let i = 0, j = 0; i < fresh.length && j < gone.length; ) {
    if (fresh[i] === gone[j]) {
      kept.add(i++);
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return kept;
}
