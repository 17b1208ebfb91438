import type { ComponentFacts } from './facts.js';

/**
 * The revision that a rollback leads to: the newest one that a release was finished for and that is not the one that the spec
 * asks for. Asked again it is the same one. Undefined where there is none.
 */
export function earlierRevision({ revision, stable, releases, records }: ComponentFacts): string | undefined {
  if (stable === undefined) return undefined;
  if (stable !== revision.name) return stable;
  const finished = releases.filter(({ status }) => status?.phase === 'Completed');
  const before = finished.findLast(({ spec }) => spec.canary.replicaSet === stable)?.spec.stable.replicaSet;
  if (before !== undefined && before !== stable && records.has(before)) return before;
  // Its release is no longer on record.
  const older = [...records.values()].filter(({ metadata }) => metadata.name !== stable).sort((one, other) => other.revision - one.revision);
  const own = records.get(stable)?.revision ?? 0;
  return (older.find((each) => each.revision < own) ?? older[0])?.metadata.name;
}
