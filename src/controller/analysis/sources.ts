import type { Collector } from '../../metrics/collector.js';
import type { Evidence } from '../../model/evidence.js';
import type { PlannedMetric } from '../../model/policy/analysis.js';
import type { Release } from '../../model/release.js';
import type { VersionHashes } from '../../model/version.js';

export interface ReleaseKey {
  readonly namespace: string;
  readonly name: string;
}

/** How both versions are told apart; stable's hash is empty where the first version is put through the checks. */
export type Versions = VersionHashes;

/** What a metric is sampled for. */
export interface Sampled {
  readonly release: Release;
  readonly versions: Versions;
  /** Index of the step that names the metric, from 0; undefined for one that is judged all the time. */
  readonly step: number | undefined;
  /** When the last sample on record was taken, in milliseconds since the epoch; undefined where none counts. */
  readonly lastAt: number | undefined;
}

/** Where requests are counted and samples come from. */
export interface Sources {
  /** Begins to count the requests of a release; does nothing when it does already. @param recorded what was counted before */
  track(release: Release, versions: Versions, recorded: Evidence): void;
  /** Everything since the release began; undefined for one that is not tracked. */
  counts(release: ReleaseKey): Evidence | undefined;
  forget(release: ReleaseKey): void;
  /** Who takes the samples of a metric of a tracked release. @throws Error for a metric that nobody can sample */
  collectorOf(metric: PlannedMetric, about: Sampled): Collector;
}

export const keyOf = ({ metadata: { namespace = '', name } }: Release): ReleaseKey => ({ namespace, name });

export const versionsOf = ({ spec: { first, stable, canary, workload: { hashLabel } } }: Release): Versions => ({ stable: first ? '' : stable.hash, canary: canary.hash, ...(hashLabel === undefined ? {} : { label: hashLabel }) });
