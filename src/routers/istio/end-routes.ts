import type { Role } from '../../model/version.js';
import { counterpart } from './destination-rule.js';
import type { Destination, DestinationRule } from './objects.js';
import type { Scope } from './scope.js';
import { hashesOf } from './steering.js';
import { allTo, serving, towards } from './weights.js';

/**
 * The destinations that stay when a release ends. What was found is put back, except where it names one version and that is no
 * longer the one users rely on: the version's own Service becomes the canary's, the user's subset for it that for the canary.
 * Where users keep a subset for each version, the route names that of the one that stays, whichever it is.
 */
export function endDestinations(found: readonly Destination[], lead: Role | undefined, scope: Scope, rules: readonly DestinationRule[]): readonly Destination[] {
  const { services, subsets, versions, service } = scope;
  const hashes = hashesOf(scope);
  if (lead !== undefined && subsets && hashes) return found.every(({ destination }) => destination.subset === subsets[lead]) ? found : allTo(found, lead, hashes);
  if (lead !== 'canary' || !versions) return found;
  const parts = serving(found).map(({ destination }) => destination);
  if (services) return parts.map((each) => towards(each, 'canary', { stable: versions.stable.hash, canary: versions.canary.hash, services }));
  const moved = parts.flatMap((each) => {
    const own = each.destination.subset;
    const next = own === undefined || service.name === '' ? undefined : counterpart(rules, own, versions);
    return next ? [{ ...each, destination: { ...each.destination, subset: next.name } }] : [];
  });
  return moved.length === parts.length && parts.length > 0 ? moved : found;
}
