import type { ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import { controllerOf } from '../kubernetes/owners.js';
import type { Release, ReleaseSpec } from '../model/release.js';
import { HASH_LABEL } from '../model/version.js';
import { releaseNumber } from './release-number.js';

/** A version that releases of a policy tell of. */
export interface KnownVersion {
  readonly replicaSet: string;
  readonly hash: string;
  readonly images: string;
  /** Undefined where its ReplicaSet is gone, and its template with it. */
  readonly found: ReplicaSet | undefined;
}

/** Every version in the history, newest first. */
export function versionsIn(releases: readonly Release[], replicaSets: readonly ReplicaSet[]): KnownVersion[] {
  const ordered = [...releases].sort((a, b) => releaseNumber(b) - releaseNumber(a));
  const versions = ordered.flatMap(({ spec }) => [spec.canary, spec.stable]);
  return [...new Map(versions.map((version) => [version.replicaSet, version])).values()].map((version) => knownVersion(version, replicaSets));
}

function knownVersion({ replicaSet, hash, images }: ReleaseSpec['stable'], replicaSets: readonly ReplicaSet[]): KnownVersion {
  const found = replicaSets.find(({ metadata }) => metadata.name === replicaSet);
  return { replicaSet, hash, found, images: images ?? (found?.spec.template?.spec?.containers ?? []).map(({ image }) => image ?? '').join(', ') };
}

/**
 * The version that a person means: the one that a release left users with, or one by its hash, by the name of its
 * ReplicaSet, or by its image.
 * @returns a text where it is not one
 */
export function versionMeant(text: string, releases: readonly Release[], replicaSets: readonly ReplicaSet[]): KnownVersion | string {
  const versions = versionsIn(releases, replicaSets);
  const name = text.replace(/^(release|releases|rel)\//, '');
  const release = releases.find(({ metadata }) => metadata.name === name);
  if (release) {
    const phase = release.status?.phase;
    if (phase !== 'Completed' && phase !== 'Aborted') return `release ${name} has not ended, so it has left users with no version yet.`;
    return knownVersion(phase === 'Completed' ? release.spec.canary : release.spec.stable, replicaSets);
  }
  const wanted = text.replace(/^(replicaset|replicasets|rs)\//, '');
  const byName = versions.find(({ replicaSet, hash }) => replicaSet === wanted || hash === wanted);
  if (byName) return byName;
  const byImage = versions.filter(({ images }) => images.split(', ').includes(text));
  if (byImage[0]) return byImage[0];
  return `the history has no release, hash, ReplicaSet or image "${text}". ${listed(versions)}`;
}

/** What there is to go back to, in one sentence. */
export function listed(versions: readonly KnownVersion[]): string {
  const kept = versions.filter(({ found }) => found !== undefined);
  if (kept.length === 0) return 'No version of it is kept.';
  return `There ${kept.length === 1 ? 'is' : 'are'} ${kept.map(({ replicaSet, images }) => (images === '' ? replicaSet : `${replicaSet} (${images})`)).join(', ')}.`;
}

/** Its Pods that are ready just now. */
export const readyPods = ({ found }: KnownVersion): number => found?.status?.readyReplicas ?? 0;

/** The Deployment of a version that users run: it stands for the version itself, or owns its ReplicaSet. */
export function deploymentOf({ replicaSet, hash, found }: KnownVersion, names: readonly string[]): string | undefined {
  const owner = found && controllerOf(found);
  return [replicaSet, hash, owner?.kind === 'Deployment' ? owner.name : undefined, found?.metadata.labels?.[HASH_LABEL]].find((name) => name !== undefined && names.includes(name));
}
