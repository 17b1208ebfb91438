import type { ObjectMeta } from '../../../kubernetes/generated/meta-v1.js';

/** On AnalysisRuns and Experiments of a Rollout: the release that they are part of, so that a retry has its own. */
export const RELEASE_LABEL = 'serin.dev/release';

/** Marks an object as part of a release. */
export function ofRelease<T extends { metadata: ObjectMeta }>(object: T, release: string): T {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, [RELEASE_LABEL]: release } } };
}

export const isOfRelease = ({ metadata }: { readonly metadata: ObjectMeta }, release: string): boolean => metadata.labels?.[RELEASE_LABEL] === release;

/** Oldest first: by time, and by the number behind the name where the server's seconds do not tell. */
export const byAge = (one: { readonly metadata: ObjectMeta }, other: { readonly metadata: ObjectMeta }): number =>
  (one.metadata.creationTimestamp ?? '~').localeCompare(other.metadata.creationTimestamp ?? '~') || numberOf(one.metadata) - numberOf(other.metadata);

const numberOf = ({ name = '' }: ObjectMeta): number => Number(/[.-](\d+)$/.exec(name)?.[1] ?? 0);
