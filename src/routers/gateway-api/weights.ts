import { WHOLE, splitOf, type Split } from '../../model/split.js';
import { roles, type Role } from '../../model/version.js';
import { canonicalJson } from '../json-values.js';
import { greatestCommonDivisor, leastWeights, readableWeights } from '../readable-weights.js';
import { normalRef } from './normal-form.js';
import type { BackendRef } from './objects.js';
import { isOurs, roleOf, type Targets } from './targets.js';

/** The API takes no larger weight. */
export const LARGEST_WEIGHT = 1_000_000;

const NONE: ReadonlySet<Role> = new Set();

const weightOf = ({ weight = 1 }: BackendRef): number => weight;

/** Whether every per mille of the weights can be written. */
export function fitsWeights(refs: readonly BackendRef[]): boolean {
  const weights = refs.map(weightOf);
  const divisor = weights.reduce(greatestCommonDivisor, 0);
  return weights.every((weight) => weight <= (LARGEST_WEIGHT / WHOLE) * Math.max(divisor, 1));
}

/**
 * What was found, split: every backendRef to the program once per version that has a share, all else of it kept. Those to
 * others keep their part of the whole, to the per mille. A version without a share is left out, or named with weight 0. The
 * result is what was found itself where it says the same.
 * @param named versions that are named also without a share
 */
export function splitRefs(found: readonly BackendRef[], { shares }: Pick<Split, 'shares'>, routeNamespace: string, targets: Targets, named: ReadonlySet<Role> = NONE): readonly BackendRef[] {
  const parts = found.flatMap((ref): BackendRef[] => {
    if (!isOurs(ref, routeNamespace, targets)) return [{ ...ref, weight: weightOf(ref) * WHOLE }];
    if (weightOf(ref) === 0) return [];
    return roles.flatMap((role) => (shares[role] === 0 && !named.has(role) ? [] : [{ ...ref, name: targets.services[role], weight: weightOf(ref) * shares[role] }]));
  });
  const merged = merge(parts);
  if (sameProportions(merged, found)) return found;
  const weights = readableWeights(merged.map(weightOf));
  return merged.map((ref, index) => ({ ...ref, weight: weights[index] ?? 0 }));
}

/** The versions whose Services a list names, with weight 0 as well. */
export function namedRoles(refs: readonly BackendRef[], routeNamespace: string, targets: Targets): ReadonlySet<Role> {
  return new Set(refs.flatMap((ref) => (isOurs(ref, routeNamespace, targets) ? [roleOf(ref, targets)] : [])));
}

/** A list that names every version, those that it did not name with weight 0. @param found what the list was split from */
export function withNamed(refs: readonly BackendRef[], found: readonly BackendRef[], named: ReadonlySet<Role>, routeNamespace: string, targets: Targets): readonly BackendRef[] {
  const keyOf = (ref: BackendRef): string => canonicalJson(normalRef({ ...ref, weight: 1, filters: [] }));
  const known = new Set(refs.map(keyOf));
  const added = found
    .filter((ref) => isOurs(ref, routeNamespace, targets) && weightOf(ref) > 0)
    .flatMap((ref) => [...named].map((role) => ({ ...ref, name: targets.services[role], weight: 0 })))
    .filter((ref) => !known.has(keyOf(ref)) && known.add(keyOf(ref)));
  return added.length === 0 ? refs : [...refs, ...added];
}

/** What a rule that was split from `found` says now. */
export type Reading =
  /** @property asFound whether it is at the same time what was found */
  | { readonly kind: 'split'; readonly split: Split; readonly asFound: boolean }
  | { readonly kind: 'found' }
  /** Someone changed more of it than weights. */
  | { readonly kind: 'edited' };

/** Reads backendRefs back. */
export function readRefs(found: readonly BackendRef[], now: readonly BackendRef[], routeNamespace: string, targets: Targets): Reading {
  const asFound = canonicalJson(now.map(normalRef)) === canonicalJson(found.map(normalRef));
  const ours = now.filter((ref) => isOurs(ref, routeNamespace, targets));
  const total = ours.reduce((sum, ref) => sum + weightOf(ref), 0);
  const canary = ours.filter((ref) => roleOf(ref, targets) === 'canary').reduce((sum, ref) => sum + weightOf(ref), 0);
  const share = (WHOLE * canary) / total;
  const serving = (refs: readonly BackendRef[]): BackendRef[] => refs.filter((ref) => weightOf(ref) > 0 || !isOurs(ref, routeNamespace, targets));
  if (Number.isInteger(share) && sameProportions(serving(splitRefs(found, splitOf(share), routeNamespace, targets)), serving(now))) return { kind: 'split', split: splitOf(share), asFound };
  return asFound ? { kind: 'found' } : { kind: 'edited' };
}

/** Equal backendRefs as one, with the sum of their weights. */
function merge(refs: readonly BackendRef[]): BackendRef[] {
  const merged = new Map<string, BackendRef>();
  for (const ref of refs) {
    const key = canonicalJson(normalRef({ ...ref, weight: 1 }));
    const known = merged.get(key);
    merged.set(key, known ? { ...known, weight: weightOf(known) + weightOf(ref) } : ref);
  }
  return [...merged.values()];
}

/** Whether two lists name the same backends in the same proportion, in any order. */
function sameProportions(a: readonly BackendRef[], b: readonly BackendRef[]): boolean {
  const reduced = (refs: readonly BackendRef[]): string => {
    const weights = leastWeights(refs.map(weightOf));
    return canonicalJson(refs.map((ref, index) => canonicalJson(normalRef({ ...ref, weight: weights[index] ?? 0 }))).sort());
  };
  return reduced(a) === reduced(b);
}
