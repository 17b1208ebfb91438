import { apiVersionOf } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { HASH_LABEL, roles, type Role, type VersionTarget } from '../../model/version.js';
import type { Found, RoutingProblem } from '../router.js';
import { MANAGED_BY, POLICY_LABEL } from '../../model/resources.js';
import { coversService, meansService, type ServiceName } from './host.js';
import type { DestinationRule, Subset } from './objects.js';
import { LONGEST_SUBSET_NAME, subsetName } from './subset-names.js';

/** Name of the DestinationRule that Serin makes beside the user's. */
export function ourRuleName(service: string): string {
  return `${service}-serin`;
}

export function isOurRule(rule: DestinationRule, policy: string): boolean {
  const labels = rule.metadata.labels ?? {};
  return labels[POLICY_LABEL] === policy && Object.entries(MANAGED_BY).every(([key, value]) => labels[key] === value);
}

/**
 * The user's DestinationRules that hold for the Service: those of its host, oldest first as Istio merges them; where there
 * is none, the closest one with a wildcard.
 */
export function usersRules(found: Found, service: ServiceName): DestinationRule[] {
  const others = found.list(resources.destinationRules).filter(({ metadata }) => metadata.name !== ourRuleName(service.name));
  const exact = others.filter(({ spec }) => meansService(spec.host, service.namespace, service)).sort(byAge);
  if (exact.length > 0) return exact;
  return others
    .filter(({ spec }) => coversService(spec.host, service))
    .sort((a, b) => b.spec.host.length - a.spec.host.length || byAge(a, b))
    .slice(0, 1);
}

function byAge(a: DestinationRule, b: DestinationRule): number {
  const of = ({ metadata }: DestinationRule): string => `${metadata.creationTimestamp ?? ''}/${metadata.name}`;
  return of(a) < of(b) ? -1 : 1;
}

export function usersSubset(rules: readonly DestinationRule[], name: string): Subset | undefined {
  return rules.flatMap(({ spec }) => spec.subsets ?? []).find((subset) => subset.name === name);
}

/** What speaks against splitting beneath a subset that a route of the user's names. */
export function subsetProblem(
  place: string,
  name: string,
  rules: readonly DestinationRule[],
  versions: Partial<Readonly<Record<Role, VersionTarget>>> | undefined,
): RoutingProblem | undefined {
  const subset = usersSubset(rules, name);
  if (!subset) {
    return { place, problem: `names subset "${name}", which no DestinationRule of this namespace defines`, remedy: `define subset "${name}", or take it out of the route` };
  }
  for (const role of roles) {
    const version = versions?.[role];
    if (!version) continue;
    const differing = Object.entries(subset.labels ?? {}).find(([key, value]) => version.podLabels[key] !== value);
    if (differing) {
      return {
        place,
        problem: `names subset "${name}", which wants Pods with ${differing[0]}=${differing[1]}, but those of the ${role} version have ${differing[0]}=${version.podLabels[differing[0]] ?? '(none)'}`,
        remedy: `take the subset out of the route, or keep the label ${differing[0]} the same in every version`,
      };
    }
    if (subsetName(version.hash, name).length > LONGEST_SUBSET_NAME) {
      return { place, problem: `the name of subset "${name}" is too long to add a version to it`, remedy: `name it with at most ${LONGEST_SUBSET_NAME - subsetName(version.hash, '').length} characters` };
    }
  }
  return undefined;
}

/**
 * Our DestinationRule with a subset for each version beneath each of the subsets that routes name.
 * @param kept subsets that are there now; they stay while something may still name them
 */
export function ruleFor(
  names: { readonly service: ServiceName; readonly policy: string },
  versions: Readonly<Record<Role, VersionTarget>>,
  usersNames: readonly (string | undefined)[],
  rules: readonly DestinationRule[],
  kept: readonly Subset[],
): DestinationRule {
  const wanted = roles.flatMap((role) => usersNames.flatMap((users) => {
    const own = users === undefined ? undefined : usersSubset(rules, users);
    const name = subsetName(versions[role].hash, users);
    // A subset of the user's that vanished under way: what was copied from it goes on.
    if (users !== undefined && !own) return kept.filter((subset) => subset.name === name);
    return [{ name, labels: { [HASH_LABEL]: versions[role].hash }, ...(own?.trafficPolicy ? { trafficPolicy: own.trafficPolicy } : {}) }];
  }));
  const subsets = [...wanted, ...kept.filter(({ name }) => wanted.every((subset) => subset.name !== name))].sort((a, b) => (a.name < b.name ? -1 : 1));
  const [first] = rules;
  const covering = first && !meansService(first.spec.host, names.service.namespace, names.service) ? first : undefined;
  return {
    apiVersion: apiVersionOf(resources.destinationRules),
    kind: resources.destinationRules.kind,
    metadata: {
      name: ourRuleName(names.service.name),
      namespace: names.service.namespace,
      labels: { ...MANAGED_BY, [POLICY_LABEL]: names.policy },
    },
    spec: {
      host: names.service.name,
      // Istio merges only rules that are seen from the same namespaces.
      ...(first?.spec.exportTo ? { exportTo: first.spec.exportTo } : {}),
      // A rule for the host itself hides one with a wildcard, so what that one says is said again.
      ...(covering?.spec.trafficPolicy ? { trafficPolicy: covering.spec.trafficPolicy } : {}),
      subsets,
    },
  };
}
