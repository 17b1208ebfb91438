import { apiVersionOf } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { HASH_LABEL, roles, type Role, type VersionTarget } from '../../model/version.js';
import { ourLabels } from '../our-objects.js';
import type { Found, RoutingProblem } from '../router.js';
import { coversService, meansService, type ServiceName } from './host.js';
import type { DestinationRule, Subset } from './objects.js';
import { ourRuleName } from './our-objects.js';
import { LONGEST_SUBSET_NAME, subsetName } from './subset-names.js';

/**
 * The user's DestinationRules that hold for the Service: those of its host, oldest first as Istio merges them; where there
 * is none, the closest one with a wildcard.
 */
export function usersRules(found: Found, service: ServiceName): DestinationRule[] {
  if (service.name === '') return [];
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

/** Whether a subset selects the Pods of a version. */
export function holdsFor({ labels = {} }: Subset, { podLabels }: VersionTarget): boolean {
  return Object.entries(labels).every(([key, value]) => podLabels[key] === value);
}

/**
 * The subset of the user's that is to the canary what a named one is to stable: where each version has a subset by labels of
 * its own, such as `version: v1` and `version: v2`. Undefined where the named subset is not stable's alone, or there is none.
 */
export function counterpart(rules: readonly DestinationRule[], name: string, versions: Readonly<Record<Role, VersionTarget>>): Subset | undefined {
  const own = usersSubset(rules, name);
  if (!own || !holdsFor(own, versions.stable) || holdsFor(own, versions.canary)) return undefined;
  const others = rules.flatMap(({ spec }) => spec.subsets ?? []).filter((subset) => holdsFor(subset, versions.canary) && !holdsFor(subset, versions.stable));
  const keys = (subset: Subset): string => Object.keys(subset.labels ?? {}).sort().join();
  return others.find((subset) => keys(subset) === keys(own)) ?? others[0];
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
    return { place, problem: `names subset "${name}", which no DestinationRule of the Service's namespace defines`, remedy: `define subset "${name}", or take it out of the route` };
  }
  const { stable } = versions ?? {};
  const differing = stable && Object.entries(subset.labels ?? {}).find(([key, value]) => stable.podLabels[key] !== value);
  if (stable && differing) {
    const [key, value] = differing;
    return {
      place,
      problem: `names subset "${name}", which wants Pods with ${key}=${value}, but those of the stable version have ${key}=${stable.podLabels[key] ?? '(none)'}`,
      remedy: "let it name the stable version's subset or none, and leave it to the release who else meets the canary; or name the routes to steer under router.istio.virtualServices",
    };
  }
  for (const role of roles) {
    const version = versions?.[role];
    if (version && subsetName(version.hash, name).length > LONGEST_SUBSET_NAME) {
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
    const policy = role === 'canary' && users !== undefined ? (counterpart(rules, users, versions) ?? own) : own;
    return [{ name, labels: { [HASH_LABEL]: versions[role].hash }, ...(policy?.trafficPolicy ? { trafficPolicy: policy.trafficPolicy } : {}) }];
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
      labels: ourLabels(names.policy),
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
