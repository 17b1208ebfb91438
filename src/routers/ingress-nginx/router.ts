import { resources } from '../../kubernetes/resources.js';
import type { Router } from '../router.js';
import { checkIngresses } from './check.js';
import { inexpressible } from './inexpressible.js';
import type { IngressNginxConfig } from './objects.js';
import { readSplit } from './read.js';
import { releaseRoutes } from './release.js';
import { writeSplit } from './write.js';

export type { IngressNginxConfig } from './objects.js';

/** Steers requests that come in through ingress-nginx: a canary Ingress beside each main one. */
export const ingressNginxRouter: Router<IngressNginxConfig> = {
  name: 'ingress-nginx',
  watches: [resources.ingresses, resources.ingressClasses, resources.services, resources.endpointSlices, resources.pods],
  capabilities: {
    weights: { supported: true },
    headers: { supported: true, note: 'one header, in any number of values' },
    cookies: { supported: true, note: 'as a pattern on the header Cookie, or one cookie that says always' },
    regex: { supported: true, note: 'PCRE, in characters that ingress-nginx lets through' },
    mirror: { supported: false, note: 'it mirrors all requests to a URL, and no part of them' },
    mirrorMatches: { supported: false, note: 'it mirrors all requests to a URL, and no part of them' },
    sticky: { supported: true, note: 'by the affinity cookie of the main Ingress' },
    previewPath: { supported: true, note: 'makes all paths of the host regular expressions' },
    previewHost: { supported: true },
    previewService: { supported: true },
    ownServices: { supported: true },
    ownSubsets: { supported: false, note: 'it knows no subsets; give each version a Service' },
  },
  pinsService: true,
  check: checkIngresses,
  inexpressible,
  // Weights are of 1000, so every per mille can be said.
  unreachable: () => [],
  write: writeSplit,
  read: readSplit,
  release: releaseRoutes,
};
