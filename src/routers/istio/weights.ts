import { WHOLE, splitOf, type Split } from '../../model/split.js';
import { roles, type Role } from '../../model/version.js';
import { equalJson } from '../json-values.js';
import { readableWeights } from '../readable-weights.js';
import { hostLike } from './host.js';
import type { Destination } from './objects.js';
import { unnamed, withoutOnlyPort } from './own-subsets.js';
import type { OwnSubsets } from './scope.js';
import { cookieOf, withCookie } from './sticky-cookie.js';
import { subsetName, versionOf } from './subset-names.js';

/** Istio adds up weights as 32 bit integers. */
const LARGEST_TOTAL = 2 ** 31 - 1;

/** Hash of each role's version. */
export interface Hashes extends Readonly<Record<Role, string>> {
  /** The Service of each version, where requests are split between Services; otherwise they are split between subsets. */
  readonly services?: Readonly<Record<Role, string>> | undefined;
  /** The subset of each version, where users keep one for each; otherwise they are of ours. */
  readonly subsets?: OwnSubsets | undefined;
}

/** The destination that stands for one version in place of what was found. */
export function towards(found: Destination, role: Role, hashes: Hashes): Destination {
  const { subset, ...destination } = found.destination;
  if (hashes.services) return { ...found, destination: { ...destination, host: hostLike(destination.host, hashes.services[role]) } };
  if (hashes.subsets) return withoutOnlyPort({ ...found, destination: { ...destination, subset: hashes.subsets[role] } }, hashes.subsets);
  return { ...found, destination: { ...destination, subset: subsetName(hashes[role], subset) } };
}

/** What was found, all of it to one version. */
export function allTo(found: readonly Destination[], role: Role, hashes: Hashes): Destination[] {
  return splitDestinations(found, splitOf(role === 'canary' ? WHOLE : 0), hashes);
}

/** The destinations that get requests: one alone gets all whatever its weight, otherwise those with a weight above 0. */
export function serving(destinations: readonly Destination[]): { readonly destination: Destination; readonly weight: number }[] {
  const [only, ...rest] = destinations;
  if (only && rest.length === 0) return [{ destination: only, weight: 1 }];
  return destinations.flatMap((destination) => ((destination.weight ?? 0) > 0 ? [{ destination, weight: destination.weight ?? 0 }] : []));
}

/** The destinations that are split: those that get requests, and where users keep a subset for each version one for all of these. */
function originalsIn(found: readonly Destination[], hashes: Hashes | undefined): ReturnType<typeof serving> {
  const { subsets } = hashes ?? {};
  if (!subsets) return serving(found);
  const originals: { destination: Destination; weight: number }[] = [];
  for (const { destination, weight } of serving(found)) {
    const plain = unnamed(destination, subsets);
    const same = originals.find((each) => equalJson(each.destination, plain));
    if (same) same.weight += weight;
    else originals.push({ destination: plain, weight });
  }
  return originals;
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
  const { shares, sticky } = split;
  const parts = originalsIn(found, hashes).flatMap(({ destination, weight }) =>
    roles.flatMap((role) => (shares[role] === 0 ? [] : [{ destination: towards(destination, role, hashes), role, weight: weight * shares[role] }])),
  );
  const weights = readableWeights(parts.map(({ weight }) => weight));
  const both = shares.stable > 0 && shares.canary > 0;
  return parts.map(({ destination, role }, index) => ({
    ...(sticky && both ? withCookie(destination, sticky, hashes[role]) : destination),
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
  const originals = originalsIn(found, hashes);
  const weights = new Map<string, number[]>();
  for (const { destination, weight } of serving(now)) {
    const [part] = originals.flatMap((original, index) => {
      const hash = versionIn(destination, original.destination, hashes);
      return hash === undefined ? [] : [{ hash, index }];
    });
    if (!part) return { kind: 'edited' };
    const each = weights.get(part.hash) ?? originals.map(() => 0);
    each[part.index] = (each[part.index] ?? 0) + weight;
    weights.set(part.hash, each);
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

/** The hash of the version for which `part` stands in place of `original`; undefined where it is no such part. */
function versionIn(part: Destination, original: Destination, hashes: Hashes | undefined): string | undefined {
  if (hashes?.services || hashes?.subsets) {
    const role = roles.find((each) => isNamed(part, towards(original, each, hashes), hashes, each));
    return role && hashes[role];
  }
  const hash = versionOf(part.destination.subset);
  return hash !== undefined && isPart(part, towards(original, 'stable', { stable: hash, canary: hash }), hash) ? hash : undefined;
}

/** The port of a destination may stand there or not while it is the only one, and while it just was. */
function isNamed(part: Destination, expected: Destination, hashes: Hashes, role: Role): boolean {
  if (!hashes.subsets) return isPart(part, expected, hashes[role]);
  const { port: _port, ...portless } = expected.destination;
  return isPart(withoutOnlyPort(part, hashes.subsets), expected, hashes[role]) || isPart(part, { ...expected, destination: portless }, hashes[role]);
}

function isPart(part: Destination, expected: Destination, hash: string): boolean {
  const sticky = cookieOf(part, hash);
  return equalJson({ ...(sticky ? withCookie(expected, sticky, hash) : expected), weight: part.weight }, part);
}
