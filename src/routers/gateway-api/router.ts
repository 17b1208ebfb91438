import { resources } from '../../kubernetes/resources.js';
import type { Split } from '../../model/split.js';
import { describeMatch } from '../../model/match.js';
import type { Router, RoutingProblem } from '../router.js';
import { checkGatewayApi } from './check.js';
import { featureProblems } from './features.js';
import { headerMatchesOf } from './header-matches.js';
import type { GatewayApiConfig } from './objects.js';
import { readSplit } from './read.js';
import { releaseRoutes } from './release.js';
import { writeSplit } from './write.js';

/** Splits by weights of backendRefs in HTTPRoutes and GRPCRoutes, between a Service for each version. See README.md beside this file. */
export const gatewayApiRouter: Router<GatewayApiConfig> = {
  name: 'gateway-api',
  watches: [
    resources.httpRoutes, resources.grpcRoutes, resources.gatewayApiGateways, resources.gatewayClasses, resources.referenceGrants,
    resources.services, resources.endpointSlices, resources.pods, resources.ingresses,
  ],
  capabilities: {
    weights: { supported: true },
    headers: { supported: true, note: 'exact values everywhere; a beginning or mere presence is a regular expression' },
    cookies: { supported: true, note: 'as a regular expression on the Cookie header' },
    regex: { supported: true, note: 'how regular expressions of headers are read is up to the implementation' },
    mirror: { supported: true, note: 'extended support, a part of the requests even more: what a GatewayClass says that it lacks is refused; CRDs before 1.3 drop the part and all is copied' },
    mirrorMatches: { supported: false, note: 'copies are of all requests of a rule' },
    sticky: { supported: true, note: 'needs response headers set on a backendRef (extended support) and a regular expression on the Cookie header' },
    previewPath: { supported: true, note: 'HTTPRoute only; needs URLRewrite (extended support)' },
    previewHost: { supported: true, note: 'a route of its own, on a listener that takes the host' },
    previewService: { supported: true },
    ownServices: { supported: true },
    ownSubsets: { supported: false, note: 'it knows no subsets; give each version a Service' },
  },
  pinsService: true,
  check: checkGatewayApi,
  inexpressible: (config, split, context, found) => [...matchProblems(split), ...previewProblems(config, split), ...(found ? featureProblems(config, split, found, context) : [])],
  // Weights are integers up to 1,000,000, so every per mille can be said.
  unreachable: () => [],
  write: writeSplit,
  read: readSplit,
  release: releaseRoutes,
};

function matchProblems({ matches = [] }: Split): RoutingProblem[] {
  return matches.flatMap((match) => {
    const headers = headerMatchesOf(match);
    return typeof headers === 'string' ? [{ place: `match ${describeMatch(match)}`, problem: headers, remedy: 'ask for less at once, or choose a router that can say it' }] : [];
  });
}

function previewProblems({ routes }: GatewayApiConfig, { preview }: Split): RoutingProblem[] {
  if (preview?.path === undefined || routes === undefined || routes.some(({ kind = 'HTTPRoute' }) => kind === 'HTTPRoute')) return [];
  return [{ place: 'preview.path', problem: 'a GRPCRoute has no paths that could be moved', remedy: 'choose preview.host or preview.service' }];
}
