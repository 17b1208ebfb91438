import type { Match } from '../../model/match.js';
import { acceptanceOf } from '../gateway-api/acceptance.js';
import { consentProblems } from '../gateway-api/grants.js';
import { routeResource, routeTitle, rulePlace, type BackendRef, type Route, type RouteKey, type Rule } from '../gateway-api/objects.js';
import { getRoute } from '../gateway-api/selection.js';
import { foreignWriterOf } from '../managed-fields.js';
import { overwritten } from '../overwriting.js';
import type { RoutingProblem } from '../router.js';
import { addedRules, headerRules, replaceAdded, type HeaderRules } from './header-rules.js';
import { commonShare } from './common-share.js';
import type { Member, Wanted } from './members.js';
import { readWeights, roomProblem, writeWeights, type Part } from './part-weights.js';
import { DEFAULT_SETTLE_SECONDS, type Scope } from './scope.js';

/** Routes of the Gateway API some of whose rules name both Services. */
export function gatewayRouteMembers(scope: Scope): Member[] {
  return (scope.config.routes ?? []).map(({ kind = 'HTTPRoute', name, namespace = scope.namespace }) => routeMember(scope, { kind, name, namespace }));
}

/** A rule that names both versions. */
export interface SplitRule {
  readonly index: number;
  readonly rule: Rule;
  readonly refs: readonly BackendRef[];
  readonly parts: readonly Part[];
}

/** The rules of a route that name both Services. */
export function splitRules({ config, namespace: own }: Scope, { namespace, kind }: RouteKey, object: Route): SplitRule[] {
  const added = addedRules(object, kind === 'HTTPRoute');
  return (object.spec.rules ?? []).flatMap((rule, index) => {
    const { backendRefs: refs = [] } = rule;
    if (added.includes(index)) return [];
    const isService = ({ group = '', kind = 'Service', namespace: other = namespace }: BackendRef): boolean => group === '' && kind === 'Service' && other === own;
    const parts = refs.map((ref): Part => ({ role: !isService(ref) ? undefined : ref.name === config.stable ? 'stable' : ref.name === config.canary ? 'canary' : undefined, weight: ref.weight ?? 1 }));
    return parts.some(({ role }) => role === 'stable') && parts.some(({ role }) => role === 'canary') ? [{ index, rule, refs, parts }] : [];
  });
}

function routeMember(scope: Scope, key: RouteKey): Member {
  const { config, found, namespace: own } = scope;
  const present = getRoute(found, key, own);
  const title = routeTitle(key, own);
  const settings = { settleSeconds: config.settleSeconds ?? DEFAULT_SETTLE_SECONDS };
  const rules = present ? splitRules(scope, key, present.object) : [];
  const problems = present ? routeProblems(scope, key, rules) : [{ place: title, problem: 'does not exist', remedy: 'create it, or name another one' }];
  return {
    claim: { kind: key.kind, name: key.name, ...(key.namespace === own ? {} : { namespace: key.namespace }), found: {} },
    weight: commonShare(rules.map(({ parts }) => readWeights(parts))),
    problems,
    write({ weight, matches }) {
      if (!present || consentProblems(found, key, own).length > 0) return [];
      const weights = rules.flatMap(({ index, refs, parts }) => {
        const next = writeWeights(parts, weight);
        return refs.flatMap((ref, place) => (ref.weight === next[place] ? [] : [{ op: ref.weight === undefined ? 'add' : 'replace', path: `/spec/rules/${index}/backendRefs/${place}/weight`, value: next[place] }]));
      });
      const changes = [...weights, ...replaceAdded(present.object, rulesFor(key, rules, matches).rules, key.kind === 'HTTPRoute')];
      if (changes.length === 0) return [];
      return [{ action: 'patch', resource: routeResource(key.kind), name: key.name, ...(key.namespace === own ? {} : { namespace: key.namespace }), patchKind: 'json', patch: changes, resourceVersion: present.object.metadata.resourceVersion ?? '' }];
    },
    acceptance: present ? acceptanceOf(key, present, found, settings, own) : { accepted: true },
    overwritten(what) {
      const owned = ['spec', 'rules'];
      if (!present || foreignWriterOf(present.object, owned) === undefined) return undefined;
      return overwritten({ object: present.object, group: 'gateway.networking.k8s.io', field: 'spec.rules', jsonPointer: '/spec/rules', owned }, what);
    },
  };
}

function routeProblems(scope: Scope, key: RouteKey, rules: readonly SplitRule[]): RoutingProblem[] {
  const { config: { stable = '', canary = '' }, found, namespace: own } = scope;
  const twice = rules.filter(({ parts }) => ['stable', 'canary'].some((role) => parts.filter((part) => part.role === role).length > 1));
  return [
    ...consentProblems(found, key, own),
    ...(rules.length === 0 ? [{ place: `${routeTitle(key, own)}, spec.rules`, problem: `no rule names both Services, ${stable} and ${canary}`, remedy: 'add backendRefs to both, or name another route' }] : []),
    ...twice.map(({ index, rule: { name } }) => ({ place: `${rulePlace(key, own, index, name)}.backendRefs`, problem: 'names a Service twice, so that it is not certain which weight is to move', remedy: 'name each once' })),
  ];
}

/** What of a split cannot be said in the routes that are named. */
export function gatewayRouteProblems(scope: Scope, { weight, matches, mirrors }: Wanted): RoutingProblem[] {
  return (scope.config.routes ?? []).flatMap(({ kind = 'HTTPRoute', name, namespace = scope.namespace }) => {
    const key = { kind, name, namespace };
    const title = routeTitle(key, scope.namespace);
    const object = getRoute(scope.found, key, scope.namespace)?.object;
    const rules = object ? splitRules(scope, key, object) : [];
    const crowded = rules.flatMap(({ index, rule, parts }) => roomProblem(`${rulePlace(key, scope.namespace, index, rule.name)}.backendRefs`, parts, weight) ?? []);
    return [
      ...crowded,
      ...rulesFor(key, rules, matches).problems.map((problem) => ({ place: title, problem, remedy: 'change the match of the step, or the rule' })),
      ...(mirrors.length > 0 ? [{ place: title, problem: 'nothing is copied by it', remedy: 'leave it out, or choose the router gatewayApi' }] : []),
    ];
  });
}

/** The rules that Serin adds for matches. */
function rulesFor({ kind }: RouteKey, rules: readonly SplitRule[], matches: readonly Match[]): HeaderRules {
  const each = rules.flatMap(({ rule, refs, parts }) => {
    const canary = refs[parts.findIndex(({ role }) => role === 'canary')];
    return matches.length > 0 && canary ? [headerRules(rule, canary, matches, kind === 'HTTPRoute')] : [];
  });
  return { rules: each.flatMap((one) => one.rules), problems: [...new Set(each.flatMap((one) => one.problems))] };
}
