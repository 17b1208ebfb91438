import type { HttpRoute } from './objects.js';

/** What routes of our own are for, in the order in which they stand before the one they belong to. */
export type ExtraKind = 'preview' | 'match' | 'copy' | 'canary' | 'stable';

/** The name of a route of our own; no policy can make a name that another one takes for its own. */
export function extraName(policy: string, kind: ExtraKind, number: number): string {
  return `serin-${policy}-${kind}-${number}`;
}

/** Whether a route was put there for this policy. */
export function isExtra({ name }: HttpRoute, policy: string): boolean {
  const prefix = `serin-${policy}-`;
  return name !== undefined && name.startsWith(prefix) && /^(?:preview|match|copy|canary|stable)-\d+$/.test(name.slice(prefix.length));
}
