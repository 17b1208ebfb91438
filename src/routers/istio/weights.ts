import { WHOLE, splitOf, type Split } from '../../model/split.js';
import { roles, type Role } from '../../model/version.js';
import { equalJson } from '../json-values.js';
import type { Destination } from './objects.js';
import { subsetName, versionOf } from './subset-names.js';

/** Istio adds up weights as 32 bit integers. */
const LARGEST_TOTAL = 2 ** 31 - 1;

/** Hash of each role's version. */
export type Hashes = Readonly<Record<Role, string>>;

/** The destinations that get requests: one alone gets all whatever its weight, otherwise those with a weight above 0. */
export function serving(destinations: readonly Destination[]): { readonly destination: Destination; readonly weight: number }[] {
  const [only, ...rest] = destinations;
  if (only && rest.length === 0) return [{ destination: only, weight: 1 }];
  return destinations.flatMap((destination) => ((destination.weight ?? 0) > 0 ? [{ destination, weight: destination.weight ?? 0 }] : []));
}

/** Whether the weights of a route leave room for those of a split. */
export function fitsWeights(destinations: readonly Destination[]): boolean {
  return serving(destinations).reduce((sum, { weight }) => sum + weight, 0) <= LARGEST_TOTAL / WHOLE;
}

/**
 * What was found, split: every destination once per version that has a share, all else of it kept. A version without a share
 * is left out rather than given weight 0, so that a subset may come and go while no route names it.
 */
export function splitDestinations(found: readonly Destination[], split: Split, hashes: Hashes): Destination[] {
  const parts = serving(found).flatMap(({ destination, weight }) =>
    roles.flatMap((role) => {
      const share = split.shares[role];
      return share === 0 ? [] : [{ destination, hash: hashes[role], weight: weight * share }];
    }),
  );
  const weights = readable(parts.map(({ weight }) => weight));
  return parts.map(({ destination, hash }, index) => ({
    ...destination,
    destination: { ...destination.destination, subset: subsetName(hash, destination.destination.subset) },
    weight: weights[index] ?? 0,
  }));
}

/** What a route that was split from `found` says now. */
export type Reading =
  | { readonly kind: 'split'; readonly split: Split }
  /** Ours, but of a version that is no longer in the release, or in a proportion that is no share. */
  | { readonly kind: 'stale' }
  /** Someone changed more of it than weights. */
  | { readonly kind: 'edited' };

/** Reads destinations back. @param hashes undefined where only the form matters */
export function readDestinations(found: readonly Destination[], now: readonly Destination[], hashes: Hashes | undefined): Reading {
  const originals = serving(found);
  const weights = new Map<string, number[]>();
  for (const { destination, weight } of serving(now)) {
    const hash = versionOf(destination.destination.subset);
    const index = originals.findIndex((original) => hash !== undefined && isPartOf(original.destination, destination, hash));
    if (hash === undefined || index < 0) return { kind: 'edited' };
    const each = weights.get(hash) ?? originals.map(() => 0);
    each[index] = (each[index] ?? 0) + weight;
    weights.set(hash, each);
  }
  const parts = [...weights.values()];
  if (parts.length === 0 || !sameProportions(originals.map(({ weight }) => weight), parts)) return { kind: 'edited' };
  if (!hashes || [...weights.keys()].some((hash) => hash !== hashes.stable && hash !== hashes.canary)) return { kind: 'stale' };
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const share = (WHOLE * sum(weights.get(hashes.canary) ?? [])) / sum(parts.map(sum));
  return Number.isInteger(share) ? { kind: 'split', split: splitOf(share) } : { kind: 'stale' };
}

/** Whether each version's weights stand to each other as the original ones do. */
function sameProportions(originals: readonly number[], versions: readonly (readonly number[])[]): boolean {
  const [first = 1] = originals;
  return versions.every((weights) => weights.every((weight, index) => weight * first === (weights[0] ?? 0) * (originals[index] ?? 0)));
}

function isPartOf(original: Destination, part: Destination, hash: string): boolean {
  const expected = { ...original, destination: { ...original.destination, subset: subsetName(hash, original.destination.subset) }, weight: part.weight };
  return equalJson(expected, part);
}

/** The same proportions in the smallest integers that sum to 100, else to 1000, else in the smallest there are. */
function readable(weights: readonly number[]): number[] {
  const divisor = weights.reduce(greatestCommonDivisor, 0);
  const least = weights.map((weight) => weight / divisor);
  const total = least.reduce((sum, weight) => sum + weight, 0);
  const factor = [100, WHOLE].find((sum) => sum % total === 0);
  return factor === undefined ? least : least.map((weight) => (weight * factor) / total);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
