import { resources } from '../../kubernetes/resources.js';
import { describeMatch, describeMirrored, type MirroredRequests } from '../../model/match.js';
import { acceptanceOf } from '../istio/acceptance.js';
import { consentProblem } from '../istio/consent.js';
import { routePlace, titleOf, type Destination, type HttpRoute, type VirtualService } from '../istio/objects.js';
import { equalJson } from '../json-values.js';
import { foreignWriterOf } from '../managed-fields.js';
import { outOfSight } from '../out-of-sight.js';
import { overwritten } from '../overwriting.js';
import type { RoutingProblem, RoutingWrite } from '../router.js';
import { commonShare } from './common-share.js';
import { isManaged, managedRoutes, type Base, type ManagedRoutes } from './managed-routes.js';
import type { Member, Wanted } from './members.js';
import { readWeights, roomProblem, writeWeights } from './part-weights.js';
import { DEFAULT_SETTLE_SECONDS, type Scope } from './scope.js';
import { chosenRoutes, type ChosenRoutes, type SplitRoute, type VirtualServiceEntry } from './vs-routes.js';

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** The VirtualServices that are named. */
export function virtualServiceMembers(scope: Scope): Member[] {
  return (scope.config.virtualServices ?? []).map((entry) => virtualServiceMember(scope, entry));
}

/** A VirtualService that is named, with the routes of it that are steered. */
export function findVirtualService(scope: Scope, { name, namespace }: VirtualServiceEntry) {
  const { found, namespace: own } = scope;
  return namespace === undefined || namespace === own ? found.get(resources.virtualServices, name) : found.get(resources.virtualServices, name, namespace);
}

function virtualServiceMember(scope: Scope, entry: VirtualServiceEntry): Member {
  const { config, found, namespace: own } = scope;
  const present = findVirtualService(scope, entry);
  const title = titleOf(entry.name, entry.namespace, own);
  const refusals = refusalsOf(scope, entry, title, present?.object);
  const chosen: ChosenRoutes = present ? chosenRoutes(scope, entry, present.object) : { routes: [], problems: [] };
  const settings = { settleSeconds: config.settleSeconds ?? DEFAULT_SETTLE_SECONDS };
  const namespace = entry.namespace === undefined || entry.namespace === own ? {} : { namespace: entry.namespace };
  return {
    claim: { kind: 'VirtualService', name: entry.name, ...namespace, found: {} },
    weight: commonShare(chosen.routes.map(({ parts }) => readWeights(parts))),
    problems: [...refusals, ...chosen.problems],
    write(wanted): RoutingWrite[] {
      if (!present || refusals.length > 0) return [];
      const changes = patchRoutes(scope, present.object, chosen.routes, wanted);
      if (changes.length === 0) return [];
      return [{ action: 'patch', resource: resources.virtualServices, name: entry.name, ...namespace, patchKind: 'json', patch: changes, resourceVersion: present.object.metadata.resourceVersion ?? '' }];
    },
    acceptance: present ? acceptanceOf(present, found.now, settings) : { accepted: true },
    overwritten(what) {
      const owned = ['spec', chosen.routes[0]?.list ?? 'http'];
      if (!present || foreignWriterOf(present.object, owned) === undefined) return undefined;
      return overwritten({ object: present.object, group: 'networking.istio.io', field: owned.join('.'), jsonPointer: `/${owned.join('/')}`, owned }, what);
    },
  };
}

/** What keeps a VirtualService from being written at all. */
function refusalsOf({ found, namespace: own }: Scope, { namespace }: VirtualServiceEntry, title: string, object: VirtualService | undefined): RoutingProblem[] {
  const unseen = outOfSight(found, namespace, own);
  if (unseen) return [{ place: title, ...unseen }];
  if (!object) return [{ place: title, problem: 'does not exist', remedy: 'create it, or name another one' }];
  return [consentProblem(object, own) ?? []].flat();
}

/** Weights first, by their places; then routes of ours go and come before all others. */
function patchRoutes(scope: Scope, object: VirtualService, routes: readonly SplitRoute[], wanted: Wanted): Operation[] {
  const weights = routes.flatMap(({ list, index, route, parts }) => {
    const next = writeWeights(parts, wanted.weight);
    return (route.route ?? []).flatMap((destination, place): Operation[] =>
      (destination.weight ?? 0) === next[place] ? [] : [{ op: destination.weight === undefined ? 'add' : 'replace', path: `/spec/${list}/${index}/route/${place}/weight`, value: next[place] }],
    );
  });
  return [...weights, ...patchManaged(scope, object, managedOf(scope, routes, wanted).routes)];
}

function patchManaged({ config }: Scope, object: VirtualService, wanted: readonly HttpRoute[]): Operation[] {
  const http = object.spec.http ?? [];
  const present = http.flatMap((route, index) => (isManaged(config, route.name) ? [{ route, index }] : []));
  const first = present.every(({ index }, place) => index === place);
  if (first && equalJson(present.map(({ route }) => route), wanted)) return [];
  return [
    ...present.toReversed().map(({ index }) => ({ op: 'remove', path: `/spec/http/${index}` })),
    ...wanted.toReversed().map((value) => ({ op: 'add', path: '/spec/http/0', value })),
  ];
}

/** The routes that Serin makes in a VirtualService for what is wanted beside weights. */
export function managedOf(scope: Scope, routes: readonly SplitRoute[], wanted: Wanted): ManagedRoutes {
  const bases = routes.flatMap((each): Base[] => {
    if (each.list !== 'http') return [];
    const weights = writeWeights(each.parts, wanted.weight);
    const destinations = (each.route.route ?? []).map((destination, place): Destination => ({ ...destination, weight: weights[place] ?? 0 }));
    const canary = destinations[each.parts.findIndex(({ role }) => role === 'canary')]?.destination;
    return canary ? [{ route: each.route, destinations, canary }] : [];
  });
  return managedRoutes(scope.config, bases, wanted);
}

/** What of a split cannot be said in the VirtualServices that are named. */
export function virtualServiceProblems(scope: Scope, wanted: Wanted): RoutingProblem[] {
  const { config } = scope;
  if (!config.virtualServices) return [];
  const unlisted = [
    ...wanted.matches.filter(({ name }) => name !== undefined && !isManaged(config, name)).map((match) => ({ place: describeMatch(match), name: match.name })),
    ...wanted.mirrors.filter(({ name }) => name !== undefined && !isManaged(config, name)).map((mirror: MirroredRequests) => ({ place: describeMirrored(mirror), name: mirror.name })),
  ].map(({ place, name = '' }): RoutingProblem => ({ place, problem: `is to make the route ${name}, which is not among managedRoutes`, remedy: 'name it there, so that it is known to be Serin’s' }));
  const clashing = config.virtualServices.flatMap((entry) => {
    const object = findVirtualService(scope, entry)?.object;
    if (!object) return [];
    const title = titleOf(entry.name, entry.namespace, scope.namespace);
    const { routes } = chosenRoutes(scope, entry, object);
    const crowded = routes.flatMap(({ list, index, route, parts }) => roomProblem(routePlace(title, list, index, route.name), parts, wanted.weight) ?? []);
    return [...crowded, ...managedOf(scope, routes, wanted).problems.map((problem) => ({ place: title, problem, remedy: 'match by something else, or take the condition out of the route' }))];
  });
  return [...unlisted, ...clashing];
}
