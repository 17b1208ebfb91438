import type { Found, FoundObject } from '../router.js';
import { identityOf, type RouteClaim, type RuleClaim } from './claims.js';
import { mirrorsCanary } from './mirror.js';
import { printOf } from './normal-form.js';
import type { Route, RouteKey, Rule } from './objects.js';
import { findRules, type Whereabouts } from './rule-identity.js';
import { getRoute } from './selection.js';
import { withoutCookie } from './stickiness.js';
import { leadsToCanary, type Targets } from './targets.js';
import { readRefs, type Reading } from './weights.js';

/** What a claimed rule is now. */
export type RuleState =
  | { readonly claim: RuleClaim; readonly state: 'lost'; readonly where: Exclude<Whereabouts, { at: number }> }
  /** @property index among all rules of the route */
  | { readonly claim: RuleClaim; readonly state: 'present'; readonly index: number; readonly rule: Rule; readonly reading: Reading };

export interface SurveyedRoute {
  readonly key: RouteKey;
  readonly claim: RouteClaim;
  /** Undefined when it is gone. */
  readonly found: (FoundObject & { readonly object: Route }) | undefined;
  readonly rules: readonly RuleState[];
  /** Indexes of the rules that Serin added. */
  readonly added: readonly number[];
}

/** Names of rules that this policy adds to routes. */
export const addedRuleName = (policy: string, number: number): string => `serin.${policy}.${number}`;

/** Whether Serin added a rule for this policy: by its name, or where names are not kept by all that it says. */
export function isAdded(rule: Rule, policy: string, made: readonly string[], isHttp: boolean): boolean {
  const prefix = `serin.${policy}.`;
  const isNamed = rule.name !== undefined && rule.name.startsWith(prefix) && /^\d+$/.test(rule.name.slice(prefix.length));
  return isNamed || (made.length > 0 && !rule.name && made.includes(printOf(rule, isHttp)));
}

/** Whether a rule leads requests, or copies of them, to the Service for the canary. */
export function namesCanary({ backendRefs = [], filters = [] }: Rule, namespace: string, targets: Targets): boolean {
  return backendRefs.some((ref) => leadsToCanary(ref, namespace, targets)) || filters.some((filter) => mirrorsCanary(filter, namespace, targets));
}

/** Holds what is claimed in one route against what is there. */
export function surveyRoute(claim: RouteClaim, all: Found, targets: Targets, policy: string): SurveyedRoute {
  const { kind, name, namespace } = claim;
  const key = { kind, name, namespace };
  const isHttp = kind === 'HTTPRoute';
  const found = getRoute(all, key, targets.namespace);
  const rules = found?.object.spec.rules ?? [];
  const added = rules.flatMap((rule, index) => (isAdded(rule, policy, claim.made, isHttp) ? [index] : []));
  const users = rules.flatMap((rule, index) => (added.includes(index) ? [] : [{ rule, index }]));
  const read = (each: RuleClaim, { backendRefs = [] }: Rule): Reading => readRefs(each.backendRefs, backendRefs.map(withoutCookie), namespace, targets);
  const whereabouts = findRules(claim.rules, users.map(({ rule }) => rule), {
    print: (rule) => identityOf(rule, (rule.filters ?? []).filter((filter) => !mirrorsCanary(filter, namespace, targets)), isHttp),
    fits: (each, rule) => read(each, rule).kind !== 'edited',
    isSteered: (rule) => !targets.own && namesCanary(rule, namespace, targets),
  });
  const states = claim.rules.map((each, place): RuleState => {
    const where = whereabouts[place] ?? 'gone';
    const user = typeof where === 'object' ? users[where.at] : undefined;
    if (!user) return { claim: each, state: 'lost', where: where === 'ambiguous' ? where : 'gone' };
    return { claim: each, state: 'present', index: user.index, rule: user.rule, reading: read(each, user.rule) };
  });
  return { key, claim, found, rules: states, added };
}

/** Prints of the rules that were added and are there. */
export function addedPrints({ key, found, added }: SurveyedRoute): string[] {
  const rules = found?.object.spec.rules ?? [];
  return added.flatMap((index) => (rules[index] ? [printOf(rules[index], key.kind === 'HTTPRoute')] : []));
}
