import { resources } from '../../kubernetes/resources.js';
import type { Router } from '../router.js';
import { checkTwoServices, unreachableShares } from './check.js';
import { inexpressible } from './inexpressible.js';
import { readSplit } from './read.js';
import { releaseRoutes } from './release.js';
import type { TwoServicesConfig } from './scope.js';
import { writeSplit } from './write.js';

export type { TwoServicesConfig } from './scope.js';
export { restingWrites, type RestingContext } from './release.js';

const kept = { supported: false, note: 'it moves what you keep, and makes no more' } as const;

/** Leads two Services that users keep to one version each, and moves the weights of what names both. See README.md beside this file. */
export const twoServicesRouter: Router<TwoServicesConfig> = {
  name: 'two-services',
  watches: [
    resources.services, resources.endpointSlices, resources.pods, resources.ingresses, resources.virtualServices, resources.destinationRules,
    resources.httpRoutes, resources.grpcRoutes, resources.gatewayApiGateways, resources.gatewayClasses, resources.referenceGrants,
  ],
  capabilities: {
    weights: { supported: true, note: 'by Ingresses, VirtualServices or routes; all at once, or by Pod count where nothing splits requests' },
    headers: { supported: true, note: 'as what splits the requests knows them' },
    cookies: { supported: true, note: 'as what splits the requests knows them' },
    regex: { supported: true, note: 'as what splits the requests knows them' },
    mirror: { supported: true, note: 'by VirtualServices' },
    mirrorMatches: { supported: true, note: 'by VirtualServices' },
    sticky: kept, previewPath: kept, previewHost: kept, previewService: kept, ownServices: kept, ownSubsets: kept,
  },
  check: checkTwoServices,
  inexpressible,
  unreachable: unreachableShares,
  write: writeSplit,
  read: readSplit,
  release: releaseRoutes,
};
