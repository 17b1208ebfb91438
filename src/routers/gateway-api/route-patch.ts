import { equalJson } from '../json-values.js';
import type { RoutingWrite } from '../router.js';
import { normalRule, printOf } from './normal-form.js';
import { routeResource, type Route, type RouteKey, type Rule } from './objects.js';

/** A rule as it is to be; `from` is where it stands now, undefined for one that is added. */
export interface DesiredRule {
  readonly rule: Rule;
  readonly from?: number;
}

interface Operation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/**
 * One patch that changes backendRefs and filters of the user's rules and the rules that were added, and nothing else; it is
 * only taken while the object is as it was found, since its places are indexes.
 * @param added where rules stand now that Serin added
 */
export function patchRoute(key: RouteKey, object: Route, added: readonly number[], desired: readonly DesiredRule[]): RoutingWrite[] {
  const isHttp = key.kind === 'HTTPRoute';
  const present = object.spec.rules ?? [];
  const stays = sameAdditions(present, added, desired, isHttp);
  const patch: Operation[] = stays ? [] : added.toSorted((a, b) => b - a).map((index) => ({ op: 'remove', path: `/spec/rules/${index}` }));
  for (const { rule, from } of desired) {
    if (from === undefined || !present[from]) continue;
    const at = stays ? from : from - added.filter((index) => index < from).length;
    patch.push(...changes(`/spec/rules/${at}`, present[from], rule, isHttp));
  }
  if (!stays) desired.forEach(({ rule, from }, index) => from === undefined && patch.push({ op: 'add', path: `/spec/rules/${index}`, value: rule }));
  if (patch.length === 0) return [];
  const { kind, name, namespace } = key;
  return [{ action: 'patch', resource: routeResource(kind), name, namespace, patchKind: 'json', patch, resourceVersion: object.metadata.resourceVersion ?? '' }];
}

/** Whether the rules that Serin added are the wanted ones, in their places. Servers may not have kept their names. */
function sameAdditions(present: readonly Rule[], added: readonly number[], desired: readonly DesiredRule[], isHttp: boolean): boolean {
  const wanted = desired.flatMap(({ rule, from }, index) => (from === undefined ? [{ rule, index }] : []));
  return wanted.length === added.length && wanted.every(({ rule, index }) => added.includes(index) && present[index] !== undefined && printOf(present[index], isHttp) === printOf(rule, isHttp));
}

function changes(path: string, present: Rule, next: Rule, isHttp: boolean): Operation[] {
  return (['backendRefs', 'filters'] as const).flatMap((field): Operation[] => {
    const normal = (rule: Rule): unknown => normalRule(rule, isHttp)[field];
    if (equalJson(normal(present), normal(next))) return [];
    if (next[field] === undefined) return [{ op: 'remove', path: `${path}/${field}` }];
    return [{ op: present[field] === undefined ? 'add' : 'replace', path: `${path}/${field}`, value: next[field] }];
  });
}
