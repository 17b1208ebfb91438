import { resources } from '../../kubernetes/resources.js';
import { equalJson } from '../json-values.js';
import type { RoutingWrite } from '../router.js';
import { isExtra } from './extra-names.js';
import { routesOf, type HttpRoute, type RouteList } from './objects.js';
import type { SurveyedVirtualService } from './survey.js';

/** Fields of one route as they are to be; undefined for one that is to go. */
export interface RouteChange {
  readonly list: RouteList;
  readonly index: number;
  readonly fields: Partial<HttpRoute>;
}

/** Routes of our own, by the index of the http route before which they are to stand. */
export type ExtraRoutes = ReadonlyMap<number, readonly HttpRoute[]>;

interface Operation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value?: unknown;
}

/**
 * One patch that changes the given fields and our own routes and nothing else, and only while the object is as it was found:
 * its places are indexes.
 */
export function patchVirtualService({ found, name, namespace }: SurveyedVirtualService, policy: string, changes: readonly RouteChange[], extras: ExtraRoutes): RoutingWrite[] {
  if (!found) return [];
  const http = found.object.spec.http ?? [];
  const patch = [
    ...changes.flatMap(({ list, index, fields }) => changeFields(`/spec/${list}/${index}`, routesOf(found.object, list)[index], fields)),
    ...changeExtras(http, policy, extras),
  ];
  if (patch.length === 0) return [];
  return [
    {
      action: 'patch',
      resource: resources.virtualServices,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      patchKind: 'json',
      patch,
      resourceVersion: found.object.metadata.resourceVersion ?? '',
    },
  ];
}

function changeFields(path: string, route: HttpRoute | undefined, fields: Partial<HttpRoute>): Operation[] {
  const before: Record<string, unknown> = { ...route };
  return Object.entries(fields).flatMap(([field, value]): Operation[] => {
    if (equalJson(before[field], value)) return [];
    if (value === undefined) return [{ op: 'remove', path: `${path}/${field}` }];
    return [{ op: before[field] === undefined ? 'add' : 'replace', path: `${path}/${field}`, value }];
  });
}

/** From the end to the beginning, so that what is before keeps its index. */
function changeExtras(http: readonly HttpRoute[], policy: string, extras: ExtraRoutes): Operation[] {
  const operations: Operation[] = [];
  for (let anchor = http.length; anchor >= 0; anchor--) {
    const route = http[anchor];
    if (route && isExtra(route, policy)) continue;
    let start = anchor;
    for (let before = http[start - 1]; before && isExtra(before, policy); before = http[start - 1]) start--;
    const wanted = extras.get(anchor) ?? [];
    if (equalJson(http.slice(start, anchor), wanted)) continue;
    for (let index = start; index < anchor; index++) operations.push({ op: 'remove', path: `/spec/http/${start}` });
    for (const value of wanted.toReversed()) operations.push({ op: 'add', path: `/spec/http/${start}`, value });
  }
  return operations;
}
