import { hasEnded, type Release } from '../../../model/release.js';
import { WHOLE } from '../../../model/split.js';
import type { Audience } from '../../schemas/release-detail.js';

/** Which requests meet the canary beside its share, at the moment; undefined once a release has ended. */
export function audienceOf({ spec, status }: Release): Audience | undefined {
  if (!status || hasEnded(status.phase)) return undefined;
  const { intent } = status;
  const router = spec.router !== undefined || spec.service !== undefined;
  if (intent.routing !== 'split') return { router, matches: [] };
  const { plan } = spec;
  const sticky = intent.share > 0 && intent.share < WHOLE ? plan.sticky : undefined;
  return {
    router,
    matches: intent.matches ?? [],
    ...(intent.mirror === undefined || intent.mirror === 0 ? {} : { mirror: intent.mirror }),
    ...(sticky === undefined ? {} : { sticky: { cookie: sticky.cookie, maxAgeSeconds: sticky.maxAgeSeconds } }),
    ...(intent.preview && plan.preview ? { preview: plan.preview } : {}),
  };
}
