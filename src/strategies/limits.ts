import { parseDuration } from '../model/duration.js';
import type { Plan } from '../model/plan.js';
import type { PolicySpec } from '../model/release-policy.js';
import type { Stickiness } from '../model/split.js';

/** What counts where a policy says nothing. */
export const defaults = {
  readyTimeoutMilliseconds: 300_000,
  drainMilliseconds: 5000,
  stickyCookie: 'serin-version',
  stickyMilliseconds: 86_400_000,
} as const;

/** What every strategy takes from a policy as it stands there. */
export function limitsOf(spec: PolicySpec): Pick<Plan, 'readyTimeoutMilliseconds' | 'drainMilliseconds' | 'crashes'> & { sticky?: Stickiness } {
  return {
    ...(spec.crashes === 'Wait' ? { crashes: spec.crashes } : {}),
    readyTimeoutMilliseconds: spec.readyTimeout === undefined ? defaults.readyTimeoutMilliseconds : parseDuration(spec.readyTimeout),
    drainMilliseconds: spec.drain === undefined ? defaults.drainMilliseconds : parseDuration(spec.drain),
    ...(spec.sticky === undefined ? {} : { sticky: stickiness(spec.sticky) }),
  };
}

/** How users stay with the version that they met, in numbers. */
export function stickiness({ cookie = defaults.stickyCookie, for: duration }: Partial<NonNullable<PolicySpec['sticky']>>): Stickiness {
  const milliseconds = duration === undefined ? defaults.stickyMilliseconds : parseDuration(duration);
  return { cookie, maxAgeSeconds: Math.max(1, Math.round(milliseconds / 1000)) };
}

/** Whether shares are no more than Pod counts, because no router splits requests. */
export const sharesArePodCounts = ({ router }: PolicySpec): boolean => router === undefined || router.service !== undefined || router.twoServices?.mode === 'pods';
