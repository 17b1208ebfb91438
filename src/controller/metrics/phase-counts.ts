import { hasEnded } from '../../model/release.js';
import type { Caches } from '../caches.js';

/** How many there are in each phase; releases only while they are under way. */
export interface PhaseCounts {
  readonly policies: Readonly<Record<string, number>>;
  readonly releases: Readonly<Record<string, number>>;
}

/** Counts what the caches hold; what has no status yet is about to begin. */
export function phaseCounts({ policies, releases }: Pick<Caches, 'policies' | 'releases'>): PhaseCounts {
  return {
    policies: counts(policies.list().map(({ status }) => status?.phase ?? 'Adopting')),
    releases: counts(releases.list().map(({ status }) => status?.phase ?? 'Preparing').filter((phase) => !hasEnded(phase))),
  };
}

function counts(phases: readonly string[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const phase of phases) all[phase] = (all[phase] ?? 0) + 1;
  return all;
}
