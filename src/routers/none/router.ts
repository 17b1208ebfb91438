import { splitOf, WHOLE } from '../../model/split.js';
import type { Router } from '../router.js';

const refused = { supported: false, note: 'nobody sends requests through a Service' } as const;

/** For workers that nobody calls: their share of the work is their share of the Pods. */
export const noneRouter: Router = {
  name: 'none',
  watches: [],
  capabilities: {
    weights: { supported: true, note: 'by Pod count' },
    headers: refused, cookies: refused, regex: refused, mirror: refused, mirrorMatches: refused, sticky: refused,
    previewPath: refused, previewHost: refused, previewService: refused, ownServices: { supported: true }, ownSubsets: refused,
  },
  check: () => [],
  unreachable: () => [],
  write: (_config, _split, _found, claims) => ({ stages: [], claims: [...claims] }),
  read(_config, _found, _claims, { versions: { stable, canary } }) {
    const pods = stable.readyPods + canary.readyPods;
    const split = pods === 0 ? undefined : splitOf(Math.round((WHOLE * canary.readyPods) / pods));
    return { written: split, accepted: split, problems: [] };
  },
  release: (_config, _found, claims) => ({ stages: [], claims: [...claims] }),
};
