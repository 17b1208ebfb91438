import { WHOLE } from '../../model/split.js';
import type { BackendRef, Filter, Rule } from './objects.js';
import { leadsToCanary, type Targets } from './targets.js';

/** Whether a filter copies requests to the canary. */
export function mirrorsCanary({ requestMirror }: Filter, routeNamespace: string, targets: Targets): boolean {
  return requestMirror !== undefined && leadsToCanary(requestMirror.backendRef, routeNamespace, targets);
}

/** The filters of a rule, with a copy of `part` per mille of its requests to the canary; without one where it is 0. */
export function mirrored({ filters = [] }: Rule, part: number, like: BackendRef, routeNamespace: string, targets: Targets): readonly Filter[] {
  const others = filters.filter((filter) => !mirrorsCanary(filter, routeNamespace, targets));
  if (part === 0) return others;
  const { filters: _filters, weight: _weight, ...ref } = like;
  // Where everything is copied nothing is said of how much, so that older CRDs take it too.
  const amount = part === WHOLE ? {} : part % 10 === 0 ? { percent: part / 10 } : { fraction: { numerator: part, denominator: WHOLE } };
  return [...others, { type: 'RequestMirror', requestMirror: { backendRef: { ...ref, name: targets.services.canary }, ...amount } }];
}
