import type { RoutingWrite } from '../router.js';
import { canonicalJson } from '../json-values.js';

type Patch = Extract<RoutingWrite, { action: 'patch' }>;

/** Writes of which no two change the same object, since the second one would be refused: its version is another one by then. */
export function mergedWrites(writes: readonly RoutingWrite[]): RoutingWrite[] {
  const merged: RoutingWrite[] = [];
  for (const write of writes) {
    const at = merged.findIndex((each) => write.action === 'patch' && each.action === 'patch' && sameObject(each, write));
    const before = merged[at];
    if (before?.action === 'patch' && write.action === 'patch') merged[at] = { ...before, patch: operations([before, write]) };
    else merged.push(write);
  }
  return merged;
}

const sameObject = (a: Patch, b: Patch): boolean => a.resource.kind === b.resource.kind && a.name === b.name && a.namespace === b.namespace;

/** All operations of JSON patches, each once. */
function operations(patches: readonly Patch[]): unknown[] {
  const all = patches.flatMap(({ patch }): readonly unknown[] => (Array.isArray(patch) ? patch : []));
  return [...new Map(all.map((each) => [canonicalJson(each), each])).values()];
}
