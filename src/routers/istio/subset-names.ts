const PREFIX = 'serin-';

/** The longest name that Istio takes for a subset (a DNS label). */
export const LONGEST_SUBSET_NAME = 63;

/**
 * The subset of one version, beneath the user's own subset where the route named one. Named by the version's hash and not by
 * its role: roles swap when a release ends, and a proxy that is behind by one push must never read a name as other Pods.
 */
export function subsetName(hash: string, usersSubset: string | undefined): string {
  return usersSubset === undefined ? `${PREFIX}${hash}` : `${PREFIX}${hash}-${usersSubset}`;
}

/** The hash in a subset name of ours; undefined for any other. */
export function versionOf(subset: string | undefined): string | undefined {
  return subset === undefined ? undefined : /^serin-([a-z0-9]+)(?:-.+)?$/.exec(subset)?.[1];
}
