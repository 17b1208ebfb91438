import { WHOLE } from '../../model/split.js';
import { equalJson } from '../json-values.js';
import type { Destination, HttpRoute } from './objects.js';

/** The fields by which an http route is mirrored. */
export const mirrorFields = ['mirror', 'mirrors', 'mirrorPercentage', 'mirrorPercent', 'mirror_percent'] as const;
export type Mirroring = Pick<HttpRoute, (typeof mirrorFields)[number]>;
type Mirror = NonNullable<Mirroring['mirrors']>[number];

export function mirroringOf(route: HttpRoute): Mirroring {
  return Object.fromEntries(mirrorFields.flatMap((field) => (route[field] === undefined ? [] : [[field, route[field]]])));
}

/** All destinations that get copies. */
export function mirrorsOf({ mirror, mirrors = [] }: Mirroring): Destination['destination'][] {
  return [...(mirror ? [mirror] : []), ...mirrors.map(({ destination }) => destination)];
}

/** As a list: a route may have `mirror` or `mirrors`, and Istio refuses one that has both. */
function listOf({ mirror, mirrors = [], mirrorPercentage, mirrorPercent, mirror_percent }: Mirroring): Mirror[] {
  if (!mirror) return mirrors;
  const percent = mirrorPercent ?? mirror_percent;
  const percentage = mirrorPercentage ?? (percent === undefined ? undefined : { value: percent });
  return [{ destination: mirror, ...(percentage ? { percentage } : {}) }, ...mirrors];
}

/**
 * What the user mirrors, of what a route says now.
 * @param claimed as it was found; undefined where nothing was mirrored
 * @param isOurs whether a mirror was added by Serin
 */
export function usersMirroring(now: HttpRoute, claimed: Mirroring | undefined, isOurs: (destination: Destination['destination']) => boolean): Mirroring {
  const before = claimed ? listOf(claimed) : [];
  const all = now.mirrors ?? [];
  const rest = all.filter((mirror) => !isOurs(mirror.destination) || before.some((each) => equalJson(each, mirror)));
  if (claimed && now.mirror === undefined && equalJson(rest, before)) return claimed;
  const present = mirroringOf(now);
  if (rest.length === all.length) return present;
  const { mirrors: _mirrors, ...others } = present;
  return rest.length === 0 ? others : { ...others, mirrors: rest };
}

/** The user's mirrors, and the canary as one more. @param share in per mille */
export function withMirror(users: Mirroring, canary: Destination['destination'] | undefined, share: number): Mirroring {
  if (share === 0 || canary === undefined) return users;
  return { mirrors: [...listOf(users), { destination: canary, percentage: { value: (100 * share) / WHOLE } }] };
}
