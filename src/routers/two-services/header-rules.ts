import { describeMatch, type Match } from '../../model/match.js';
import { headerMatchesOf, withHeaders } from '../gateway-api/header-matches.js';
import { matchesOf, printOf } from '../gateway-api/normal-form.js';
import type { BackendRef, Route, Rule, RuleMatch } from '../gateway-api/objects.js';
import { pointerPart } from './scope.js';

/** On a route: prints of the rules that Serin added, by which they are known again; older CRDs drop names of rules. */
const ADDED_RULES = 'serin.dev/added-rules';
/** Older CRDs take no more matches in one rule. */
const MATCHES_PER_RULE = 8;

/** Rules for requests that go to the canary whatever its share, and what cannot be said. */
export interface HeaderRules {
  readonly rules: readonly Rule[];
  readonly problems: readonly string[];
}

/** One rule with all else of the one that is split, for each eight of its matches with those that are asked for. */
export function headerRules(rule: Rule, canary: BackendRef, matches: readonly Match[], isHttp: boolean): HeaderRules {
  const problems: string[] = [];
  const joined = matches.flatMap((match): RuleMatch[] => {
    const headers = headerMatchesOf(match);
    if (typeof headers === 'string') {
      problems.push(`the match ${describeMatch(match)} ${headers}`);
      return [];
    }
    return matchesOf(rule, isHttp).flatMap((own) => {
      const both = withHeaders(own, headers);
      if (both && 'conflict' in both) problems.push(`the rule matches header ${both.conflict} itself, which can be matched once`);
      return !both || 'conflict' in both ? [] : [both];
    });
  });
  const { name: _name, ...rest } = rule;
  const { weight: _weight, ...ref } = canary;
  const chunks = Array.from({ length: Math.ceil(joined.length / MATCHES_PER_RULE) }, (_, index) => joined.slice(index * MATCHES_PER_RULE, (index + 1) * MATCHES_PER_RULE));
  return { rules: chunks.map((part) => ({ ...rest, matches: part, backendRefs: [ref] })), problems };
}

/** Indexes of the rules that Serin added. */
export function addedRules({ metadata, spec }: Route, isHttp: boolean): number[] {
  const prints = (metadata.annotations?.[ADDED_RULES] ?? '').split(',').filter(Boolean);
  return prints.length === 0 ? [] : (spec.rules ?? []).flatMap((rule, index) => (prints.includes(printOf(rule, isHttp)) ? [index] : []));
}

/** JSON patch operations by which these rules, and no others of ours, stand before all others; after those that go by present indexes. */
export function replaceAdded(route: Route, wanted: readonly Rule[], isHttp: boolean): { readonly op: string; readonly path: string; readonly value?: unknown }[] {
  const added = addedRules(route, isHttp);
  const rules = route.spec.rules ?? [];
  const prints = wanted.map((rule) => printOf(rule, isHttp));
  const text = [...new Set(prints)].join(',');
  const same = added.length === wanted.length && added.every((index, place) => { const rule = rules[index]; return index === place && rule !== undefined && printOf(rule, isHttp) === prints[place]; });
  const has = route.metadata.annotations?.[ADDED_RULES];
  const path = `/metadata/annotations/${pointerPart(ADDED_RULES)}`;
  const note = text === (has ?? '') ? [] : text === '' ? [{ op: 'remove', path }] : route.metadata.annotations ? [{ op: 'add', path, value: text }] : [{ op: 'add', path: '/metadata/annotations', value: { [ADDED_RULES]: text } }];
  if (same) return note;
  return [...added.toReversed().map((index) => ({ op: 'remove', path: `/spec/rules/${index}` })), ...wanted.toReversed().map((value) => ({ op: 'add', path: '/spec/rules/0', value })), ...note];
}
