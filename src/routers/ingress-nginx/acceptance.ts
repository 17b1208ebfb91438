import type { FoundObject, Stage } from '../router.js';
import { CHANGED_AT, DEFAULT_SETTLE_SECONDS, type IngressNginxConfig } from './objects.js';

/** Whether ingress-nginx has had the time to take over an object; nothing in the object tells. */
export type Settling = Pick<Stage, 'waitsFor' | 'waitsUntil'>;

/** What is waited for until all of these count as taken over. @param now milliseconds since the epoch */
export function settling(config: IngressNginxConfig, objects: readonly FoundObject[], now: number): Settling {
  const seconds = config.settleSeconds ?? DEFAULT_SETTLE_SECONDS;
  const waiting = objects.map((each) => ({ each, until: changedAt(each) + seconds * 1000 })).filter(({ until }) => until > now);
  const [first] = waiting;
  if (!first) return { waitsFor: undefined };
  const { kind, metadata } = first.each.object;
  return { waitsFor: `${kind} ${metadata.name} has changed, and ingress-nginx is given ${seconds} s to take it over`, waitsUntil: Math.max(...waiting.map(({ until }) => until)) };
}

function changedAt({ object: { metadata }, unchangedSince }: FoundObject): number {
  const stamp = Number(metadata.annotations?.[CHANGED_AT] ?? Number.NaN);
  return Number.isFinite(stamp) ? Math.max(stamp, unchangedSince) : unchangedSince;
}
