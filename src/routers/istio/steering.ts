import { WHOLE, type Split } from '../../model/split.js';
import { meansService } from './host.js';
import { usersMirroring, withMirror } from './mirroring.js';
import type { Destination } from './objects.js';
import type { SteeredVirtualService } from './preview-host.js';
import { serviceOf, type Scope } from './scope.js';
import { versionOf } from './subset-names.js';
import type { PresentRoute, SurveyedVirtualService } from './survey.js';
import { allTo, type Hashes } from './weights.js';

/** Hash and, where there are, Service or subset of each version; undefined where versions are not known. */
export function hashesOf({ versions, services, subsets }: Scope): Hashes | undefined {
  return versions && { stable: versions.stable.hash, canary: versions.canary.hash, services, subsets };
}

/** The http routes that are to be written, with how they are mirrored by then. */
export function steeredRoutes(surveyed: SurveyedVirtualService, split: Split, hashes: Hashes, scope: Scope): SteeredVirtualService {
  const share = split.shares.canary === WHOLE ? 0 : (split.mirror ?? 0);
  const routes = surveyed.routes.flatMap((state) => {
    if (state.state !== 'present' || state.list !== 'http' || state.reading.kind === 'edited') return [];
    const users = usersMirroring(state.route, state.claim.mirroring, isOurMirror(surveyed, scope));
    return [{ state, mirroring: { users, wanted: withMirror(users, allTo(state.claim.route, 'canary', hashes)[0]?.destination, share) } }];
  });
  return { surveyed, routes };
}

/** The mirroring of the user's that a route goes back to. */
export function mirroringBack(surveyed: SurveyedVirtualService, { route, claim }: PresentRoute, scope: Scope) {
  return usersMirroring(route, claim.mirroring, isOurMirror(surveyed, scope));
}

/** Whether a mirror leads to a version as only Serin's do. */
function isOurMirror({ namespace }: SurveyedVirtualService, scope: Scope): (destination: Destination['destination']) => boolean {
  const { services, subsets, service } = scope;
  const inNamespace = namespace ?? service.namespace;
  const isOurs = (subset: string | undefined): boolean => (subsets ? subset === subsets.canary : versionOf(subset) !== undefined);
  return ({ host, subset }) =>
    services ? meansService(host, inNamespace, { name: services.canary, namespace: service.namespace }) : isOurs(subset) && serviceOf(host, inNamespace, scope) !== undefined;
}
