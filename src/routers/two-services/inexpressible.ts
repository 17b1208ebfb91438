import type { Split } from '../../model/split.js';
import { sayMatches } from '../ingress-nginx/matches.js';
import { inexpressible as inexpressibleByIstio } from '../istio/inexpressible.js';
import type { CheckContext, Found, RoutingProblem } from '../router.js';
import { gatewayRouteProblems } from './gateway-routes.js';
import type { Wanted } from './members.js';
import { nginxConfig, type Scope, scopeOf, type TwoServicesConfig } from './scope.js';
import { virtualServiceProblems } from './virtual-services.js';
import { wantedOf } from './wanted.js';

/** What of a split cannot be said in what is named. @param found where known: what could be said, but not beside what is there */
export function inexpressible(config: TwoServicesConfig, split: Split, context: CheckContext, found?: Found): RoutingProblem[] {
  const wanted = wantedOf(split);
  const alone = split.sticky || split.preview ? [{ place: split.sticky ? 'sticky' : 'preview', problem: 'twoServices moves what you keep, and makes nothing for it', remedy: 'leave it out, or choose another router' }] : [];
  const byWords = [
    ...(config.virtualServices ? inexpressibleByIstio({}, split, context) : []),
    ...(config.ingresses ? ingressProblems(config, wanted) : []),
  ];
  return [...alone, ...modeProblems(config, wanted), ...byWords, ...(found ? splitProblems(scopeOf(config, found, context), wanted) : [])];
}

/** What cannot be said beside what is there now. */
export function splitProblems(scope: Scope, wanted: Wanted): RoutingProblem[] {
  return [...virtualServiceProblems(scope, wanted), ...gatewayRouteProblems(scope, wanted)];
}

function modeProblems({ mode }: TwoServicesConfig, { matches, mirrors }: Wanted): RoutingProblem[] {
  if (mode === 'weights') return [];
  const remedy = 'leave it out, or choose mode weights';
  return [
    ...(matches.length > 0 ? [{ place: `mode ${mode}`, problem: 'a Service knows Pods, not requests, so that none can be told apart', remedy }] : []),
    ...(mirrors.length > 0 ? [{ place: `mode ${mode}`, problem: 'a Service copies no requests', remedy }] : []),
  ];
}

function ingressProblems(config: TwoServicesConfig, { matches, mirrors }: Wanted): RoutingProblem[] {
  return [
    ...sayMatches(nginxConfig(config), matches).problems,
    ...(mirrors.length > 0 ? [{ place: 'ingresses', problem: 'ingress-nginx mirrors all requests to a URL, and no part of them', remedy: 'leave the copies out' }] : []),
  ];
}
