import { resources } from '../../kubernetes/resources.js';
import { equalSplits, type Split } from '../../model/split.js';
import { foreignWriterOf } from '../managed-fields.js';
import { isOurObject } from '../our-objects.js';
import { overwritten, type SharedField } from '../overwriting.js';
import type { Found, RoutingProblem } from '../router.js';
import { mirrorsCanary } from './mirror.js';
import { GATEWAY_API_GROUP, routeTitle, rulePlace, type Route, type RouteKey, type Rule } from './objects.js';
import type { RuleState, SurveyedRoute } from './survey.js';
import { isOurs, leadsToCanary, type Targets } from './targets.js';
import { fitsWeights, LARGEST_WEIGHT } from './weights.js';

/** What keeps one rule from being claimed. */
export function claimingProblems(found: Found, key: RouteKey, index: number, rule: Rule, targets: Targets, policy: string): RoutingProblem[] {
  const place = rulePlace(key, targets.namespace, index, rule.name);
  const refs = rule.backendRefs ?? [];
  const canary = targets.own ? undefined : found.get(resources.services, targets.services.canary)?.object;
  if (canary && isOurObject(canary, policy) && refs.some((ref) => leadsToCanary(ref, key.namespace, targets))) {
    return [{ place: `${place}.backendRefs`, problem: `leads to Service ${targets.services.canary} of Serin, but no release says where it led before`, remedy: 'set its backendRefs back by hand' }];
  }
  if (!fitsWeights(refs)) {
    return [{ place: `${place}.backendRefs`, problem: `has weights too large to split to the per mille (at most ${LARGEST_WEIGHT})`, remedy: 'use smaller weights in the same proportion' }];
  }
  if ((rule.filters ?? []).some((filter) => mirrorsCanary(filter, key.namespace, targets))) {
    return [{ place: `${place}.filters`, problem: `mirrors to Service ${targets.services.canary} already`, remedy: 'take the RequestMirror out; a release mirrors where its plan says so' }];
  }
  return [];
}

/** Whether some requests of a rule go to the program, so that it is to be steered. */
export function servesUs({ backendRefs = [] }: Rule, routeNamespace: string, targets: Targets): boolean {
  return backendRefs.some((ref) => isOurs(ref, routeNamespace, targets) && (ref.weight ?? 1) > 0);
}

/** What someone changed in claimed rules, so that they cannot be written or put back with certainty. */
export function editingProblems({ key, found, rules }: SurveyedRoute, own: string): RoutingProblem[] {
  if (!found) return [{ place: routeTitle(key, own), problem: 'was deleted while a release steers by it', remedy: 'apply it again, or abort the release; there is nothing left to put back' }];
  return rules.flatMap((state) => editingProblem(key, state, own));
}

function editingProblem(key: RouteKey, state: RuleState, own: string): RoutingProblem[] {
  if (state.state === 'lost') {
    const place = rulePlace(key, own, state.claim.index, state.claim.name);
    // One that is gone without a trace leaves nothing to put back; what stands in its place is claimed in its own right.
    if (state.where === 'gone') return [];
    return [{ place, problem: 'cannot be told from others after an edit', remedy: 'set backendRefs that name the canary back by hand, one rule at a time, or undo the edit' }];
  }
  if (state.reading.kind !== 'edited') return [];
  const place = `${rulePlace(key, own, state.index, state.rule.name)}.backendRefs`;
  return [{ place, problem: 'was edited while a release steers by it, so what to put back is not certain', remedy: `set it to what it was (${JSON.stringify(state.claim.backendRefs)}), and edit it when the release has ended` }];
}

/** That someone rewrote what a release had written, as far as it can be told. */
export function overwritingProblems({ key, found, rules, added, claim }: SurveyedRoute, lastWritten: Split | undefined): RoutingProblem[] {
  if (!found || lastWritten === undefined || foreignWriterOf(found.object, OWNED) === undefined) return [];
  const problems = rules.flatMap((state) => {
    if (state.state !== 'present' || state.reading.kind === 'edited') return [];
    const asWritten = state.reading.kind === 'split' && equalSplits(state.reading.split, lastWritten);
    if (asWritten) return [];
    const putBack = state.reading.kind === 'found' || state.reading.asFound;
    const pointer = `/spec/rules/${state.index}/backendRefs`;
    const field = { field: `spec.rules[${state.index}].backendRefs`, jsonPointer: pointer, jqPath: state.rule.name === undefined ? `.spec.rules[${state.index}].backendRefs` : `.spec.rules[] | select(.name == "${state.rule.name}") | .backendRefs` };
    return [overwritten(shared(key, found.object, field), putBack ? 'put back its backendRefs' : 'changed its weights')];
  });
  const extras = lastWritten.matches !== undefined || lastWritten.sticky !== undefined || lastWritten.preview?.path !== undefined;
  if (problems.length === 0 && extras && claim.made.length > 0 && added.length === 0) {
    problems.push(overwritten(shared(key, found.object, { field: 'spec.rules', jsonPointer: '/spec/rules' }), 'took out the rules that Serin had added'));
  }
  return problems;
}

/** `spec.rules` is one field to Kubernetes: who wrote any of it owns all of it. */
const OWNED = ['spec', 'rules'] as const;

function shared({ kind }: RouteKey, object: Route, field: Pick<SharedField, 'field' | 'jsonPointer' | 'jqPath'>): SharedField {
  return { object: { ...object, kind }, group: GATEWAY_API_GROUP, owned: OWNED, ...field };
}

