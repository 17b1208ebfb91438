import { resources } from '../../kubernetes/resources.js';
import type { Router } from '../router.js';
import { checkIstio } from './check.js';
import { MOST_COOKIES } from '../patterns/cookie-pattern.js';
import { inexpressible } from './inexpressible.js';
import type { IstioConfig } from './objects.js';
import { readSplit } from './read.js';
import { releaseRoutes } from './release.js';
import { writeSplit } from './write.js';

/** Splits by weights in VirtualServices between subsets in a DestinationRule of our own. See README.md beside this file. */
export const istioRouter: Router<IstioConfig> = {
  name: 'istio',
  watches: [resources.virtualServices, resources.destinationRules, resources.services, resources.endpointSlices, resources.pods],
  capabilities: {
    weights: { supported: true, note: 'per mille; connections of tls and tcp routes where named' },
    headers: { supported: true, note: 'one condition for each header' },
    cookies: { supported: true, note: `up to ${MOST_COOKIES} at once` },
    regex: { supported: true, note: 'RE2, of the whole value' },
    mirror: { supported: true, note: 'of all requests of a route, also those that the canary answers' },
    mirrorMatches: { supported: true, note: 'not beside sticky' },
    sticky: { supported: true, note: 'by cookie' },
    previewPath: { supported: true },
    previewHost: { supported: true, note: "on the gateways of the user's VirtualServices, whose servers must take the host" },
    previewService: { supported: true },
    ownServices: { supported: true, note: 'by hosts, without subsets' },
    ownSubsets: { supported: true, note: 'in a DestinationRule that you keep' },
  },
  check: checkIstio,
  inexpressible,
  // Weights are integers of any sum, so every per mille can be said.
  unreachable: () => [],
  write: writeSplit,
  read: readSplit,
  release: releaseRoutes,
};
