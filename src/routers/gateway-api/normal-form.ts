import { canonicalJson, fingerprint } from '../json-values.js';
import type { BackendRef, Filter, HeaderMatch, Rule, RuleMatch } from './objects.js';

/** A backendRef with the defaults that an API server fills in; no filters and none given are the same. */
export function normalRef({ group = '', kind = 'Service', weight = 1, filters = [], ...rest }: BackendRef): BackendRef {
  return { ...rest, group, kind, weight, ...(filters.length === 0 ? {} : { filters: filters.map(normalFilter) }) };
}

/** A filter with the defaults of the backendRef inside it. */
function normalFilter(filter: Filter): Filter {
  const { requestMirror } = filter;
  if (!requestMirror) return filter;
  const { group = '', kind = 'Service', ...ref } = requestMirror.backendRef;
  const { fraction } = requestMirror;
  return {
    ...filter,
    requestMirror: { ...requestMirror, backendRef: { ...ref, group, kind }, ...(fraction ? { fraction: { denominator: 100, ...fraction } } : {}) },
  };
}

/** A match with the defaults of its kind. */
function normalMatch({ path, headers = [], ...rest }: RuleMatch, isHttp: boolean): RuleMatch {
  return {
    ...rest,
    ...(isHttp ? { path: { type: path?.type ?? 'PathPrefix', value: path?.value ?? '/' } } : {}),
    ...(headers.length === 0 ? {} : { headers: headers.map(normalHeader) }),
  };
}

const normalHeader = ({ type = 'Exact', ...rest }: HeaderMatch): HeaderMatch => ({ type, ...rest });

/** The matches of a rule; one that has none stands for everything. */
export function matchesOf({ matches = [] }: Rule, isHttp: boolean): RuleMatch[] {
  return (matches.length === 0 ? [{}] : matches).map((match) => normalMatch(match, isHttp));
}

/** A rule with all defaults, so that two that mean the same are equal. */
export function normalRule(rule: Rule, isHttp: boolean): Rule {
  const { filters = [], backendRefs = [], ...rest } = rule;
  return {
    ...rest,
    matches: matchesOf(rule, isHttp),
    ...(filters.length === 0 ? {} : { filters: filters.map(normalFilter) }),
    ...(backendRefs.length === 0 ? {} : { backendRefs: backendRefs.map(normalRef) }),
  };
}

/** Short name of all of a rule but its name: servers of older CRDs drop names of rules. */
export function printOf(rule: Rule, isHttp: boolean): string {
  const { name: _name, ...rest } = normalRule(rule, isHttp);
  return fingerprint(canonicalJson(rest));
}
