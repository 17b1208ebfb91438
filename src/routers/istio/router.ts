import { resources } from '../../kubernetes/resources.js';
import type { Router } from '../router.js';
import { checkIstio } from './check.js';
import type { IstioConfig } from './objects.js';
import { readSplit } from './read.js';
import { releaseRoutes } from './release.js';
import { writeSplit } from './write.js';

/** Splits by weights in VirtualServices between subsets in a DestinationRule of our own. See README.md beside this file. */
export const istioRouter: Router<IstioConfig> = {
  name: 'istio',
  watches: [resources.virtualServices, resources.destinationRules, resources.services],
  capabilities: {
    weights: { supported: true },
    headers: { supported: false }, cookies: { supported: false }, regex: { supported: false }, mirror: { supported: false }, sticky: { supported: false },
    previewPath: { supported: false }, previewHost: { supported: false }, previewService: { supported: false }, ownServices: { supported: false },
  },
  check: checkIstio,
  // Weights are integers of any sum, so every per mille can be said.
  unreachable: () => [],
  write: writeSplit,
  read: readSplit,
  release: releaseRoutes,
};
