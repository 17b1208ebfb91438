import { canonicalJson } from '../json-values.js';
import type { RuleClaim } from './claims.js';
import type { Rule } from './objects.js';

/** Where a claimed rule stands now. */
export type Whereabouts = { readonly at: number } | 'gone' | 'ambiguous';

/** What the search asks about rules. */
export interface Recognition {
  readonly print: (rule: Rule) => string;
  /** Whether the rule leads where the claimed one did, split or not. */
  readonly fits: (claim: RuleClaim, rule: Rule) => boolean;
  /** Whether the rule leads to the canary, so that nobody but a release can have written it. */
  readonly isSteered: (rule: Rule) => boolean;
}

/**
 * Finds claimed rules again among the user's, which others may have edited: by name; else by all that the rule says but its
 * backendRefs; else, where both were changed, by leading to the canary. Only certain finds count; where several look alike,
 * their backendRefs must tell them apart, or make no difference.
 * @returns one answer per claim, in their order
 */
export function findRules(claims: readonly RuleClaim[], rules: readonly Rule[], recognition: Recognition): Whereabouts[] {
  const found = new Map<RuleClaim, number>();
  const free = (fits: (rule: Rule) => boolean): number[] => rules.flatMap((rule, index) => (![...found.values()].includes(index) && fits(rule) ? [index] : []));
  const open = (): RuleClaim[] => claims.filter((claim) => !found.has(claim));

  for (const name of new Set(claims.flatMap((claim) => claim.name ?? []))) {
    pair(open().filter((claim) => claim.name === name), free((rule) => rule.name === name), rules, found, recognition);
  }
  for (const print of new Set(open().map((claim) => claim.print))) {
    pair(open().filter((claim) => claim.print === print), free((rule) => recognition.print(rule) === print && (rule.backendRefs ?? []).length > 0), rules, found, recognition);
  }
  pair(open(), free(recognition.isSteered), rules, found, recognition);

  return claims.map((claim) => {
    const at = found.get(claim);
    return at !== undefined ? { at } : free(recognition.isSteered).length === 0 ? 'gone' : 'ambiguous';
  });
}

/** Pairs what belongs together for certain, and leaves the rest. */
function pair(claims: readonly RuleClaim[], indexes: readonly number[], rules: readonly Rule[], found: Map<RuleClaim, number>, { fits }: Recognition): void {
  const [claim] = claims;
  const [index] = indexes;
  if (claims.length === 1 && indexes.length === 1 && claim && index !== undefined) return void found.set(claim, index);
  const fitting = (each: RuleClaim): number[] => indexes.filter((candidate) => rules[candidate] && fits(each, rules[candidate]));
  if (claim && claims.every((each) => canonicalJson(each.backendRefs) === canonicalJson(claim.backendRefs))) {
    // Which of them is which makes no difference to what is written or put back.
    const byPlace = [...claims].sort((a, b) => a.index - b.index);
    return fitting(claim).forEach((each, place) => byPlace[place] && found.set(byPlace[place], each));
  }
  for (const each of claims) {
    const own = fitting(each);
    const [only] = own;
    const isOnlyOne = only !== undefined && own.length === 1 && claims.filter((other) => fitting(other).includes(only)).length === 1;
    if (isOnlyOne) found.set(each, only);
  }
  // Some that differ look the same once split: then only a place that did not move is certain.
  const left = claims.filter((each) => !found.has(each));
  const free = indexes.filter((each) => ![...found.values()].includes(each));
  if (left.length === free.length && left.every((each) => free.includes(each.index) && fitting(each).includes(each.index))) {
    for (const each of left) found.set(each, each.index);
  }
}
