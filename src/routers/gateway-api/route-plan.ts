import { WHOLE, type Split } from '../../model/split.js';
import type { Role } from '../../model/version.js';
import type { RoutingProblem } from '../router.js';
import { hiddenPath, previewRules, takingRules, type Steered } from './added-rules.js';
import { mirrored } from './mirror.js';
import { matchesOf, printOf } from './normal-form.js';
import { routeTitle, rulePlace, type Rule } from './objects.js';
import type { DesiredRule } from './route-patch.js';
import { setsCookies, withCookie, type Hashes } from './stickiness.js';
import { addedRuleName, type RuleState, type SurveyedRoute } from './survey.js';
import { isOurs, roleOf, type Targets } from './targets.js';
import { namedRoles, splitRefs } from './weights.js';

/** What an API server takes: rules in a route, and matches in all of them together. */
const MOST_RULES = 16;
const MOST_MATCHES = 127;
const MOST_BACKENDS = 16;

type Present = Extract<RuleState, { state: 'present' }>;

/** The rules of a route that say a split. */
export interface RoutePlan {
  readonly desired: readonly DesiredRule[];
  /** Prints of the rules among them that are added. */
  readonly made: readonly string[];
  readonly problems: readonly RoutingProblem[];
}

/** The claimed rules of a route that can be written. */
export function steeredRules({ key, rules }: SurveyedRoute, targets: Targets): (Steered & { readonly state: Present })[] {
  return rules.flatMap((state) =>
    state.state === 'present' && state.reading.kind !== 'edited'
      ? [{ state, rule: state.rule, found: state.claim.backendRefs, isHttp: key.kind === 'HTTPRoute', namespace: key.namespace, targets }]
      : [],
  );
}

/**
 * Every rule of a route as it is to be: previews, then the user's in their order, with what was added for each before it. By
 * the API's rules order only breaks ties, and an added rule asks for a header more than the one it was made of; but some
 * products can be told to go by order alone. What a rule names it goes on naming, with weight 0: some products' proxies learn
 * of routes before they learn of the Services in them, or the other way round at the end.
 * @param mayName versions whose Services are there to be named
 */
export function planRoute(route: SurveyedRoute, split: Split, hashes: Hashes, targets: Targets, policy: string, mayName: readonly Role[]): RoutePlan {
  const { key, found, added } = route;
  const present = found?.object.spec.rules ?? [];
  const isHttp = key.kind === 'HTTPRoute';
  const steered = steeredRules(route, targets);
  const problems: RoutingProblem[] = [];
  const users: DesiredRule[] = [];
  const last: DesiredRule[] = [];

  present.forEach((rule, index) => {
    if (added.includes(index)) return;
    const each = steered.find(({ state }) => state.index === index);
    if (!each) return void users.push({ rule, from: index });
    const place = rulePlace(key, targets.namespace, index, rule.name);
    const taking = takingRules(each, split, hashes);
    problems.push(...taking.problems.map((problem) => ({ place, problem, remedy: 'change the match of the step, or the rule' })));
    const later = present.filter((_, other) => other > index && !added.includes(other));
    (isRivalled(rule, later, isHttp) ? last : users).push(...taking.rules.map((one) => ({ rule: one })));
    const next = steer(each, split, hashes, mayName);
    if (isSticky(split) && each.found.some((ref) => isOurs(ref, key.namespace, targets) && setsCookies(ref))) {
      problems.push({ place: `${place}.backendRefs`, problem: 'sets a cookie on answers itself, and a second Set-Cookie cannot stand beside it', remedy: 'leave sticky out, or let the program set its cookie' });
    }
    if ((next.backendRefs ?? []).length > MOST_BACKENDS) problems.push({ place: `${place}.backendRefs`, problem: `would be ${next.backendRefs?.length ?? 0}; an API server takes ${MOST_BACKENDS}`, remedy: 'lead to fewer backends' });
    users.push({ rule: next, from: index });
  });

  const previews = isHttp && split.preview?.path !== undefined ? planPreview(route, steered, split.preview.path, targets) : { rules: [], problems: [] };
  problems.push(...previews.problems);
  let number = 0;
  const desired = [...previews.rules.map((rule) => ({ rule })), ...users, ...last].map((each: DesiredRule): DesiredRule =>
    each.from === undefined ? { rule: { name: addedRuleName(policy, number++), ...each.rule } } : each,
  );
  problems.push(...limitProblems(route, desired, isHttp, targets));
  return { desired, made: desired.flatMap(({ rule, from }) => (from === undefined ? [printOf(rule, isHttp)] : [])), problems };
}

/** Whether a later rule of the user's asks for more headers on the same path, so that one made of this rule could tie with it and must not come first. */
function isRivalled(rule: Rule, later: readonly Rule[], isHttp: boolean): boolean {
  const of = (each: Rule): { readonly path: string; readonly headers: number }[] =>
    matchesOf(each, isHttp).map(({ path, method, headers = [] }) => ({ path: isHttp ? JSON.stringify(path) : JSON.stringify(method), headers: headers.length }));
  return of(rule).some((own) => later.some((each) => of(each).some((other) => other.path === own.path && other.headers > own.headers)));
}

/** Rules that show the canary under a path; they stand before all others. */
function planPreview({ key, found, added }: SurveyedRoute, steered: readonly Steered[], path: string, targets: Targets): { readonly rules: readonly Rule[]; readonly problems: readonly RoutingProblem[] } {
  const hidden = (found?.object.spec.rules ?? []).flatMap((rule, index) => (added.includes(index) ? [] : (hiddenPath(rule, path) ?? [])));
  const title = routeTitle(key, targets.namespace);
  if (hidden.length > 0) return { rules: [], problems: [{ place: title, problem: `has path ${hidden[0]}, which is live where the preview path ${path} would be`, remedy: 'choose another preview path' }] };
  const rules = steered.flatMap((each) => previewRules(each, path));
  if (rules.length > 0 || steered.length === 0) return { rules, problems: [] };
  return { rules, problems: [{ place: title, problem: 'matches paths by regular expressions only, which cannot be moved under a preview path', remedy: 'choose preview.host or preview.service' }] };
}

const isSticky = ({ sticky, shares }: Split): boolean => sticky !== undefined && shares.canary > 0 && shares.canary < WHOLE;

function steer({ rule, found, state, namespace, targets }: Steered & { readonly state: Present }, split: Split, hashes: Hashes, mayName: readonly Role[]): Rule {
  const named = namedRoles(rule.backendRefs ?? [], namespace, targets);
  const refs = splitRefs(found, split, namespace, targets, new Set(mayName.filter((role) => named.has(role))));
  const { sticky } = split;
  const backendRefs = sticky && isSticky(split) ? refs.map((ref) => (isOurs(ref, namespace, targets) ? withCookie(ref, sticky, hashes[roleOf(ref, targets)]) : ref)) : refs;
  const like = found.find((ref) => isOurs(ref, namespace, targets));
  return withFilters({ ...rule, backendRefs }, like ? mirrored(rule, split.mirror ?? 0, like, namespace, targets) : [], state.claim.emptyFilters === true);
}

/** A rule with these filters; where there are none, with an empty list or without, as it was found. */
export function withFilters({ filters: _filters, ...rule }: Rule, filters: NonNullable<Rule['filters']>, asEmptyList: boolean): Rule {
  return filters.length > 0 || asEmptyList ? { ...rule, filters } : rule;
}

function limitProblems({ key }: SurveyedRoute, desired: readonly DesiredRule[], isHttp: boolean, targets: Targets): RoutingProblem[] {
  const title = routeTitle(key, targets.namespace);
  const own = desired.filter(({ from }) => from === undefined).length;
  if (own === 0) return [];
  const remedy = 'split the route in two, or ask for fewer matches';
  if (desired.length > MOST_RULES) {
    return [{ place: `${title}, spec.rules`, problem: `would be ${desired.length}, ${own} of them added for matches, staying users and previews; an API server takes ${MOST_RULES}`, remedy }];
  }
  const matches = desired.reduce((sum, { rule }) => sum + matchesOf(rule, isHttp).length, 0);
  return matches <= MOST_MATCHES ? [] : [{ place: `${title}, spec.rules`, problem: `would have ${matches} matches together; an API server takes ${MOST_MATCHES}`, remedy }];
}
