import { fnv32a, safeEncode } from '../kubernetes/pod-template.js';
import type { ReleaseSpec } from './release.js';

/**
 * Names what a person agrees to: the plan of a release, its versions, and how it is routed. Another one has another mark. It
 * tells a page that is out of date from one that is not; what binds an Approval to its release is the uid.
 */
export function planMark({ plan, canary, stable, router, consent }: Pick<ReleaseSpec, 'plan' | 'canary' | 'stable' | 'router' | 'consent'>): string {
  const text = JSON.stringify(sorted({ plan, canary, stable, router, consent }));
  return `${safeEncode(String(fnv32a(text)))}-${safeEncode(String(fnv32a(`again ${text}`)))}`;
}

/** Digests that a text names, such as the images of a version: each once, in order. */
export const digestsIn = (text: string | undefined): string[] => [...new Set(text?.match(/sha256:[0-9a-f]{64}/g) ?? [])].sort();

/** The API server may keep fields in another order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]));
}
