import { resources } from '../../kubernetes/resources.js';
import type { Split } from '../../model/split.js';
import { equalJson } from '../json-values.js';
import type { Claim, Found, RouterContext, RoutingPlan, RoutingProblem, RoutingWrite, Stage } from '../router.js';
import { acceptanceOf } from './acceptance.js';
import { claimRoute, parseClaims, recordClaims, type VirtualServiceClaim } from './claims.js';
import { isOurRule, ourRuleName, ruleFor, subsetProblem, usersRules } from './destination-rule.js';
import { ruleConflict, virtualServiceProblems } from './object-problems.js';
import { meansService, type ServiceName } from './host.js';
import { routePlace, type Destination, type DestinationRule, type IstioConfig, type Subset } from './objects.js';
import { editingProblems, splittingProblems } from './route-problems.js';
import { patchRoutes } from './route-patch.js';
import { selectRoutes } from './selection.js';
import { barrier, isReached, sentence } from './stages.js';
import { survey, type SurveyedVirtualService } from './survey.js';
import { serving, splitDestinations } from './weights.js';

/** First subsets, then the weights that name them, then away with subsets that nothing names any more. */
export function writeSplit(config: IstioConfig, split: Split, found: Found, recorded: readonly Claim[], context: RouterContext): RoutingPlan {
  const service = { name: context.service, namespace: context.namespace };
  const rules = usersRules(found, service);
  const { claims, problems } = extendClaims(config, found, parseClaims(recorded), rules, context);
  const hashes = { stable: context.versions.stable.hash, canary: context.versions.canary.hash };
  const surveyed = survey(claims, found, hashes, service);

  const usersNames = [...new Set(claims.flatMap(({ routes }) => routes.flatMap(({ route }) => serving(route).map(({ destination }) => destination.destination.subset))))];
  const present = found.get(resources.destinationRules, ourRuleName(context.service));
  const names = { service, policy: context.policy };
  const desired = (kept: readonly Subset[]): DestinationRule => ruleFor(names, context.versions, usersNames, rules, kept);
  const subsets = subsetsStage(config, desired(present?.object.spec.subsets ?? []), found, context);

  const defined = new Set((desired(present?.object.spec.subsets ?? []).spec.subsets ?? []).map(({ name }) => name));
  const weights = weightsStage(config, split, surveyed, problems, defined, found, context);

  const stages = [subsets, weights];
  if (present && stages.every(isReached)) {
    const named = subsetsNamed(found, service);
    const tidy = desired((present.object.spec.subsets ?? []).filter(({ name }) => named.has(name)));
    stages.push({ name: 'tidy', writes: writeRule(tidy, present.object), waitsFor: undefined });
  }
  return { stages, claims: [...recordClaims(claims), ...recorded.filter(({ kind, name }) => !claims.some((claim) => kind === 'VirtualService' && claim.name === name))] };
}

/** Claims on record, and those of chosen routes that are new. */
function extendClaims(
  config: IstioConfig,
  found: Found,
  recorded: readonly VirtualServiceClaim[],
  rules: readonly DestinationRule[],
  context: RouterContext,
): { claims: VirtualServiceClaim[]; problems: RoutingProblem[] } {
  const service = { name: context.service, namespace: context.namespace };
  const late = recorded.length > 0;
  const problems: RoutingProblem[] = [];
  const claims = [...recorded];
  const selected = selectRoutes(config, found, service);
  for (const entry of config.virtualServices ?? []) {
    const isMissing = !selected.some(({ object }) => object.metadata.name === entry.name) && !recorded.some(({ name }) => name === entry.name);
    if (isMissing) problems.push({ place: `VirtualService ${entry.name}`, problem: 'does not exist', remedy: 'create it, or take it out of router.istio.virtualServices' });
  }
  for (const each of selected) {
    const name = each.object.metadata.name;
    const known = recorded.find((claim) => claim.name === name);
    const [state] = survey([known ?? { name, routes: [] }], found, undefined, service);
    const taken = new Set([...(state?.strays ?? []), ...(state?.routes ?? []).flatMap((route) => (route.state === 'present' ? [route.index] : []))]);
    const fresh = each.routes.filter(({ index }) => !taken.has(index));
    const own = blocking([...(known ? [] : virtualServiceProblems(each.object, service)), ...fresh.flatMap((route) => splittingProblems(name, route, rules, context.versions))]);
    problems.push(...own);
    if (own.length > 0 || fresh.length === 0) continue;
    const extended = { name, routes: [...(known?.routes ?? []), ...fresh.map(({ route, index }) => claimRoute(route, index, late))] };
    const place = claims.findIndex((claim) => claim.name === name);
    if (place < 0) claims.push(extended);
    else claims[place] = extended;
  }
  return { claims, problems };
}

function subsetsStage(config: IstioConfig, desired: DestinationRule, found: Found, context: RouterContext): Stage {
  const present = found.get(resources.destinationRules, desired.metadata.name);
  if (present && !isOurRule(present.object, context.policy)) return { name: 'subsets', writes: [], waitsFor: sentence(ruleConflict(present.object)) };
  if (!present) return { name: 'subsets', writes: [{ action: 'create', resource: resources.destinationRules, object: desired }], waitsFor: undefined };
  const writes = writeRule(desired, present.object);
  return { name: 'subsets', writes, ...barrier([], [acceptanceOf(present, found.now, config)]) };
}

function writeRule(desired: DestinationRule, present: DestinationRule): RoutingWrite[] {
  if (equalJson(desired.spec, present.spec)) return [];
  return [
    {
      action: 'patch',
      resource: resources.destinationRules,
      name: present.metadata.name,
      patchKind: 'json',
      patch: [{ op: 'replace', path: '/spec', value: desired.spec }],
      resourceVersion: present.metadata.resourceVersion ?? '',
    },
  ];
}

function weightsStage(
  config: IstioConfig,
  split: Split,
  surveyed: readonly SurveyedVirtualService[],
  unclaimed: readonly RoutingProblem[],
  defined: ReadonlySet<string>,
  found: Found,
  context: RouterContext,
): Stage {
  const hashes = { stable: context.versions.stable.hash, canary: context.versions.canary.hash };
  const rules = usersRules(found, { name: context.service, namespace: context.namespace });
  const problems = [...unclaimed];
  const writes: RoutingWrite[] = [];
  let steered = 0;
  for (const virtualService of surveyed) {
    problems.push(...editingProblems(virtualService));
    if (!virtualService.found) continue;
    const changes = virtualService.routes.flatMap((state) => {
      if (state.state !== 'present' || state.reading.kind === 'edited') return [];
      const next = splitDestinations(state.claim.route, split, hashes);
      if (next.some(({ destination }) => !defined.has(destination.subset ?? ''))) {
        const place = `${routePlace(virtualService.name, state.index, state.route.name)}.route`;
        const users = serving(state.claim.route)[0]?.destination.destination.subset ?? '';
        problems.push(subsetProblem(place, users, rules, context.versions) ?? { place, problem: `needs subset "${users}"`, remedy: 'define it' });
        return [];
      }
      steered++;
      return equalJson(state.route.route, next) ? [] : [{ index: state.index, next }];
    });
    writes.push(...patchRoutes(virtualService.found.object, changes));
  }
  if (steered === 0 && problems.length === 0) {
    problems.push({ place: `Service ${context.service}`, problem: 'no VirtualService has an http route to it', remedy: 'add one' });
  }
  const acceptances = surveyed.flatMap(({ found: object }) => (object ? [acceptanceOf(object, found.now, config)] : []));
  return { name: 'weights', writes, ...barrier(problems, acceptances) };
}

function blocking(problems: readonly RoutingProblem[]): RoutingProblem[] {
  return problems.filter(({ severity }) => severity !== 'warning');
}

/** All subsets of a Service that http routes of the namespace name. */
export function subsetsNamed(found: Found, service: ServiceName): Set<string> {
  const named = ({ destination }: Destination): string[] => (destination.subset !== undefined && meansService(destination.host, service.namespace, service) ? [destination.subset] : []);
  return new Set(found.list(resources.virtualServices).flatMap(({ spec }) => (spec.http ?? []).flatMap(({ route = [] }) => route.flatMap(named))));
}
