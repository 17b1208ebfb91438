import { resources } from '../../kubernetes/resources.js';
import { WHOLE, type Split } from '../../model/split.js';
import { HASH_LABEL, roles, type Role, type VersionTarget } from '../../model/version.js';
import type { Found, RoutingProblem, Stage } from '../router.js';
import { barrier } from '../stages.js';
import { acceptanceOf } from './acceptance.js';
import { holdsFor, usersSubset } from './destination-rule.js';
import type { Destination, DestinationRule, IstioConfig } from './objects.js';
import type { OwnSubsets, Scope } from './scope.js';

/** What speaks against the subsets that users keep for their versions. @param needed of which versions; all that are known when absent */
export function ownSubsetProblems(rules: readonly DestinationRule[], { service, versions, subsets }: Scope, needed: readonly Role[] = roles): RoutingProblem[] {
  if (!versions || !subsets) return [];
  const isOne = subsets.stable === subsets.canary;
  return (isOne ? needed.slice(0, 1) : needed).flatMap((role): RoutingProblem[] => {
    const name = subsets[role];
    const other = isOne ? undefined : versions[role === 'stable' ? 'canary' : 'stable'];
    const subset = usersSubset(rules, name);
    if (!subset) {
      return [{ place: `Service ${service.name}`, problem: `no DestinationRule for it defines subset "${name}"`, remedy: `add it, with labels that only the Pods of its version carry, or correct the name in workload.versions.list` }];
    }
    const place = `DestinationRule ${rules.find(({ spec }) => spec.subsets?.includes(subset))?.metadata.name ?? ''}, spec.subsets`;
    const differing = isKnown(versions[role]) ? Object.entries(subset.labels ?? {}).find(([key, value]) => versions[role].podLabels[key] !== value) : undefined;
    if (differing) {
      const [key, value] = differing;
      return [{ place, problem: `subset "${name}" wants Pods with ${key}=${value}, but those of its version have ${key}=${versions[role].podLabels[key] ?? '(none)'}`, remedy: 'name labels that the Pods carry' }];
    }
    if (!other || !isKnown(other) || !holdsFor(subset, other)) return [];
    return [{ place, problem: `subset "${name}" selects the Pods of both versions`, remedy: 'name a label that only the Pods of its version carry' }];
  });
}

/** A Deployment that is not there yet has no Pods whose labels could be known. */
const isKnown = ({ podLabels }: VersionTarget): boolean => Object.keys(podLabels).some((label) => label !== HASH_LABEL);

/** The versions that routes will name for a split. */
function namedIn({ shares, matches = [], mirror = 0, preview }: Split): Role[] {
  const beside = shares.canary < WHOLE && (matches.length > 0 || mirror > 0 || preview !== undefined);
  return roles.filter((role) => shares[role] > 0 || (role === 'canary' && beside));
}

/** Before routes name them, the subsets must be there, mean what they are to mean, and be handed out. */
export function ownSubsetsStage(config: IstioConfig, split: Split, rules: readonly DestinationRule[], found: Found, scope: Scope): Stage {
  const named = namedIn(split);
  const defining = rules.filter(({ spec }) => named.some((role) => spec.subsets?.some(({ name }) => name === scope.subsets?.[role])));
  const acceptances = defining.flatMap(({ metadata }) => {
    const present = found.get(resources.destinationRules, metadata.name);
    return present ? [acceptanceOf(present, found.now, config)] : [];
  });
  return { name: 'subsets', writes: [], ...barrier(ownSubsetProblems(rules, scope, named), acceptances) };
}

/** Whether every subset that routes name for a split is there. */
export const hasOwnSubsets = (rules: readonly DestinationRule[], split: Split, { subsets }: Scope): boolean => namedIn(split).every((role) => subsets !== undefined && usersSubset(rules, subsets[role]) !== undefined);

/** A destination as it is where no version is meant: without a subset, and without the port that it has anyway. */
export function unnamed({ weight: _weight, ...found }: Destination, subsets: OwnSubsets): Destination {
  const { subset: _subset, ...destination } = withoutOnlyPort(found, subsets).destination;
  return { ...found, destination };
}

/** Istio takes the only port of a Service where none is named. */
export function withoutOnlyPort(found: Destination, { port: only }: OwnSubsets): Destination {
  const { port, ...destination } = found.destination;
  return port?.number !== undefined && port.number === only ? { ...found, destination } : found;
}
