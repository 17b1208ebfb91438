import { isRecord } from '../json-values.js';
import type { Claim } from '../router.js';
import { printOf } from './normal-form.js';
import { isRouteKind, type BackendRef, type RouteKey, type Rule } from './objects.js';

/** What was found in one rule, and by what to find the rule again. */
export interface RuleClaim {
  readonly name?: string;
  /** Where it stood among the user's rules; says only which of several equal rules it is. */
  readonly index: number;
  /** Of all of the rule but its name, its backendRefs and mirrors to the canary. */
  readonly print: string;
  readonly backendRefs: readonly BackendRef[];
  /** Whether it had an empty list of filters rather than none. */
  readonly emptyFilters?: true;
}

/** The claims in one route. */
export interface RouteClaim extends RouteKey {
  readonly rules: readonly RuleClaim[];
  /** Prints of rules that were added, by which they are told from the user's where names of rules are not kept. */
  readonly made: readonly string[];
}

/** The print of what identifies a rule of the user's. @param filters those of the rule that are the user's */
export function identityOf(rule: Rule, filters: Rule['filters'], isHttp: boolean): string {
  const { backendRefs: _backendRefs, ...rest } = rule;
  return printOf({ ...rest, filters: filters ?? [] }, isHttp);
}

export function claimRule(rule: Rule, index: number, isHttp: boolean): RuleClaim {
  return {
    ...(rule.name ? { name: rule.name } : {}),
    index,
    print: identityOf(rule, rule.filters, isHttp),
    backendRefs: rule.backendRefs ?? [],
    ...(rule.filters?.length === 0 ? { emptyFilters: true } : {}),
  };
}

/** The claims of this router among those on record. Claims that cannot be read are left out. */
export function parseClaims(claims: readonly Claim[], own: string): RouteClaim[] {
  return claims.flatMap(({ kind, name, namespace = own, found }) =>
    isRouteKind(kind) && isRecord(found) && Array.isArray(found.rules)
      ? [{ kind, name, namespace, rules: found.rules.filter(isRuleClaim), made: Array.isArray(found.made) ? found.made.filter((each) => typeof each === 'string') : [] }]
      : [],
  );
}

export function recordClaims(claims: readonly RouteClaim[], own: string): Claim[] {
  return claims.map(({ kind, name, namespace, rules, made }) => ({ kind, name, ...(namespace === own ? {} : { namespace }), found: { rules, ...(made.length === 0 ? {} : { made }) } }));
}

function isRuleClaim(value: unknown): value is RuleClaim {
  return (
    isRecord(value) &&
    typeof value.index === 'number' &&
    typeof value.print === 'string' &&
    (value.name === undefined || typeof value.name === 'string') &&
    Array.isArray(value.backendRefs) &&
    value.backendRefs.every((item) => isRecord(item) && typeof item.name === 'string')
  );
}
