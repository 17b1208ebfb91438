import type { Role } from '../../model/version.js';
import { counterpart } from './destination-rule.js';
import type { Destination, DestinationRule } from './objects.js';
import type { Scope } from './scope.js';
import { serving, towards } from './weights.js';

/**
 * The destinations that stay when a release ends. What was found is put back, except where it names one version and that is no
 * longer the one users rely on: the version's own Service becomes the canary's, the user's subset for it that for the canary.
 */
export function endDestinations(found: readonly Destination[], lead: Role | undefined, { services, versions, service }: Scope, rules: readonly DestinationRule[]): readonly Destination[] {
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
