import { resources } from '../../kubernetes/resources.js';
import type { Found } from '../router.js';
import type { VirtualServiceClaim } from './claims.js';
import { meansService } from './host.js';
import { mirrorsOf } from './mirroring.js';
import { otherNamespace } from './selection.js';
import { routeLists, routesOf, type IstioConfig } from './objects.js';
import type { Scope } from './scope.js';

/** All subsets of the Service that routes and mirrors name, wherever a release may have written them. */
export function subsetsNamed(config: IstioConfig, claims: readonly VirtualServiceClaim[], found: Found, scope: Scope): Set<string> {
  const { service } = scope;
  const namespaces = new Set([undefined, ...claims.map(({ namespace }) => namespace), ...(config.virtualServices ?? []).map((entry) => otherNamespace(entry, scope))]);
  const names = [...namespaces].flatMap((namespace) =>
    found.list(resources.virtualServices, namespace).flatMap((object) =>
      routeLists
        .flatMap((list) => routesOf(object, list).flatMap((route) => [...(route.route ?? []).map(({ destination }) => destination), ...mirrorsOf(route)]))
        .flatMap(({ host, subset }) => (subset !== undefined && meansService(host, namespace ?? service.namespace, service) ? [subset] : [])),
    ),
  );
  return new Set(names);
}
