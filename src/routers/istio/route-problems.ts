import { foreignWriterOf } from '../managed-fields.js';
import { overwritten } from '../overwriting.js';
import type { RoutingProblem } from '../router.js';
import { equalSplits, type Split } from '../../model/split.js';
import { subsetProblem } from './destination-rule.js';
import { routePlace, routesOf, type DestinationRule } from './objects.js';
import { namesOurSubsets } from './route-identity.js';
import { serviceOf, type OwnSubsets, type Scope } from './scope.js';
import type { SelectedRoute } from './selection.js';
import type { SurveyedVirtualService, RouteState } from './survey.js';
import { fitsWeights, serving } from './weights.js';

/** What speaks against splitting one route. @param title of its object; @param namespace of its object, where not the release's */
export function splittingProblems(
  title: string,
  namespace: string | undefined,
  { list, index, route, relation }: SelectedRoute,
  rules: readonly DestinationRule[],
  scope: Scope,
): RoutingProblem[] {
  const place = `${routePlace(title, list, index, route.name)}.route`;
  if (relation === 'none') {
    const what = route.delegate ? 'hands on to a delegate' : (route.route?.length ?? 0) === 0 ? 'leads to no Service (redirect or direct response)' : 'leads to other Services';
    return [{ place, problem: what, remedy: 'name a route whose destination is the Service of the policy' }];
  }
  if (relation === 'some') {
    return [{ place, problem: 'leads to the Service and to others in one route', remedy: 'give the Service a route of its own, or name the routes to steer under router.istio.virtualServices' }];
  }
  if (namesOurSubsets(route.route)) {
    return [{ place, problem: 'names a subset of Serin, but no release says what it was before', remedy: 'set its destinations back by hand' }];
  }
  const parts = serving(route.route ?? []);
  const found = parts.length === 0 ? [] : ownProblems(place, namespace, parts, rules, scope);
  if (found.length > 0) return found;
  return fitsWeights(route.route ?? []) ? [] : [{ place, problem: 'has weights too large to split', remedy: 'use smaller weights in the same proportion' }];
}

function ownProblems(place: string, namespace: string | undefined, parts: ReturnType<typeof serving>, rules: readonly DestinationRule[], scope: Scope): RoutingProblem[] {
  if (scope.services) {
    const { stable, canary } = scope.services;
    const hosts = [...new Set(parts.map(({ destination }) => serviceOf(destination.destination.host, namespace ?? scope.service.namespace, scope)))];
    if (hosts.length > 1) return [{ place, problem: `already splits between Services (${hosts.join(', ')})`, remedy: `let it lead to Service ${stable} alone; Serin splits it by version` }];
    // Where the stable version is the one that is wanted, there is none on trial.
    if (hosts[0] !== canary || canary === scope.service.name || canary === stable) return [];
    return [{ place, problem: `already leads to Service ${canary} of the version on trial`, remedy: `let it lead to Service ${stable}, and leave it to the release who meets the other` }];
  }
  const subsets = [...new Set(parts.map(({ destination }) => destination.destination.subset))];
  if (scope.subsets) return namedSubsetProblems(place, subsets, scope.subsets);
  const [subset] = subsets;
  if (subsets.length > 1) {
    const names = subsets.map((name) => `"${name ?? '(none)'}"`).join(', ');
    return [{ place, problem: `already splits between subsets (${names})`, remedy: 'leave one destination with a weight; Serin splits it by version' }];
  }
  const problem = subset === undefined ? undefined : subsetProblem(place, subset, rules, scope.versions);
  return problem ? [problem] : [];
}

/** Where users keep a subset for each version, a route may name none or either; which, makes no difference. */
function namedSubsetProblems(place: string, named: readonly (string | undefined)[], { stable, canary }: OwnSubsets): RoutingProblem[] {
  const other = named.find((each) => each !== undefined && each !== stable && each !== canary);
  // At rest, with the stable version wanted, nothing is known of the others.
  if (other === undefined || stable === canary) return [];
  return [{ place, problem: `names subset "${other}", which is that of neither version`, remedy: `let it name "${stable}", or none; or name the routes to steer under router.istio.virtualServices` }];
}

/** What someone changed in claimed routes, so that they cannot be written or put back with certainty. */
export function editingProblems({ title, found, routes, strays }: SurveyedVirtualService): RoutingProblem[] {
  if (!found) {
    return [{ place: title, problem: 'was deleted while a release steers by it', remedy: 'apply it again, or abort the release; there is nothing left to put back' }];
  }
  return [
    ...routes.flatMap((state) => editingProblem(title, state)),
    ...strays.map(({ list, index }) => strayProblem(routePlace(title, list, index, routesOf(found.object, list)[index]?.name))),
  ];
}

function editingProblem(title: string, state: RouteState): RoutingProblem[] {
  if (state.state === 'lost') {
    const place = routePlace(title, state.list, state.claim.index, state.claim.name);
    return state.where === 'gone'
      ? [{ place, problem: 'was deleted, or became another route, while a release steers by it', remedy: 'put it back, or abort the release' }]
      : [{ place, problem: 'cannot be told from others after an edit', remedy: 'set destinations that name serin- subsets back by hand, one route at a time, or undo the edit' }];
  }
  if (state.reading.kind !== 'edited') return [];
  const place = `${routePlace(title, state.list, state.index, state.route.name)}.route`;
  return [{ place, problem: 'was edited while a release steers by it, so what to put back is not certain', remedy: `set its destinations to what they were (${JSON.stringify(state.claim.route)}), and edit them when the release has ended` }];
}

function strayProblem(place: string): RoutingProblem {
  return { place: `${place}.route`, problem: 'names a subset of Serin, but was not changed by it', remedy: 'let it name the Service without a subset' };
}

/** That someone rewrote what a release had written, as far as it can be told. */
export function overwritingProblems({ found, routes }: SurveyedVirtualService, lastWritten: Split | undefined): RoutingProblem[] {
  if (!found || lastWritten === undefined) return [];
  return routes.flatMap((state) => {
    if (state.state !== 'present' || state.reading.kind === 'edited') return [];
    const shared = {
      object: found.object,
      group: 'networking.istio.io',
      field: `spec.${state.list}[${state.index}].route`,
      jsonPointer: `/spec/${state.list}/${state.index}/route`,
      jqPath: state.route.name === undefined ? `.spec.${state.list}[${state.index}].route` : `.spec.${state.list}[] | select(.name == "${state.route.name}") | .route`,
      owned: ['spec', state.list],
    };
    if (state.reading.kind === 'found') return state.claim.late ? [] : [overwritten(shared, 'put back its destinations')];
    const asWritten = state.reading.kind === 'split' && equalSplits(state.reading.split, lastWritten);
    // Other weights may be a newer write of our own; only a foreign owner of the field says otherwise.
    return asWritten || foreignWriterOf(found.object, shared.owned) === undefined ? [] : [overwritten(shared, 'changed its weights')];
  });
}
