import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { roles, type Role, type VersionHashes } from '../../model/version.js';
import type { Collector } from '../collector.js';
import { NoReading, type QuerySource, type Reading } from '../reading.js';
import type { Measure, Said } from '../windows/measure.js';
import { PodIncreases } from '../windows/pod-increases.js';
import { VersionPods, type KnownPod } from '../windows/version-pods.js';
import { VersionWindow, type Block } from '../windows/version-window.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import type { RawReader } from './readings.js';

/** What is asked for one metric, and of which Pods. */
export interface QueriedPods {
  readonly source: QuerySource;
  /** Between two questions, in milliseconds. */
  readonly interval: number;
  /** How the Pods of both versions are told apart. */
  readonly hashes: VersionHashes;
  /** The Pods of the release's namespace that there are now. */
  readonly pods: () => Iterable<Pod>;
  /** When the collector begins, in milliseconds since the epoch: what Pods counted before is left out. */
  readonly since: number;
  /** The label that series name their Pod by, for messages. */
  readonly podLabel: string;
}

export interface QueriedCounters<V> extends QueriedPods {
  /** All are asked at once; those after the first may have no result. */
  readonly queries: readonly string[];
  readonly measure: Measure<V>;
  readonly reader: RawReader<V>;
  readonly sample: (block: Block<V>) => MetricSample | undefined;
}

/** Counters and histograms by Pod, as blocks over the same time for both versions. */
export function createQueriedCounters<V>({ source, interval, hashes, pods, since, podLabel, queries, measure, reader, sample }: QueriedCounters<V>): Collector {
  const versions = new VersionPods(hashes);
  const increases = new PodIncreases(measure, since);
  const window = new VersionWindow(measure, since);
  // Pods are scraped one after the other: the versions hardly ever both say something new in one answer.
  const told = new Set<Role>();
  let knowsBeginning = false;
  /** What there was when the release began: else stable would have added nothing in the first block, and a bad canary be met for one more. */
  const lookBack = async (signal: AbortSignal): Promise<void> => {
    const readings = await askAll(source, queries, signal, since).catch(nothingYet);
    const present = versions.update(pods()).map(({ known }) => known);
    const fresh = reader.add(readings);
    increases.add(asking(present, namedIn(readings), versions).filter(({ created }) => created < since).map((pod) => said(pod, fresh, reader)));
    knowsBeginning = true;
  };
  return {
    interval,
    async collect(signal) {
      if (!knowsBeginning) await lookBack(signal);
      const readings = await askAll(source, queries, signal);
      const present = versions.update(pods()).map(({ known }) => known);
      const fresh = reader.add(readings);
      const series = readings.flatMap((reading) => reading?.series ?? []);
      const named = namedIn(readings);
      const asked = asking(present, named, versions);
      // What it told before it fell silent is not of the time that the other version tells of now.
      for (const role of silentOf(asked, named)) told.delete(role);
      for (const { role, name } of asked) if (fresh.has(name)) told.add(role);
      const complete = asked.every(({ role }) => told.has(role));
      window.add(Math.max(...readings.map((reading) => reading?.at ?? 0)), { ...increases.add(asked.map((pod) => said(pod, fresh, reader))), complete });
      const block = window.take();
      if (block) told.clear();
      const found = block && sample(block);
      if (found) return found;
      const missing = missingOf(asked, named, series.length, podLabel);
      if (missing !== undefined) throw new NoReading('waiting', missing);
      return undefined;
    },
  };
}

/** The first must have a result; the others need none: nobody counts errors before there are any. */
export async function askAll(source: QuerySource, queries: readonly string[], signal: AbortSignal, asOf?: number): Promise<(Reading | undefined)[]> {
  return Promise.all(queries.map(async (query, index) => {
    try {
      return await source(query, signal, asOf);
    } catch (error) {
      if (index > 0 && error instanceof NoReading && error.kind === 'waiting') return undefined;
      throw error;
    }
  }));
}

function nothingYet(error: unknown): [] {
  if (error instanceof NoReading && error.kind === 'waiting') return [];
  throw error;
}

const namedIn = (readings: readonly (Reading | undefined)[]): ReadonlySet<string> =>
  new Set(readings.flatMap((reading) => reading?.series ?? []).flatMap(({ labels }) => (labels['pod'] === undefined ? [] : [labels['pod']])));

/** The Pods that there are, and those that are gone of which there still is news. */
export function asking(present: readonly KnownPod[], named: ReadonlySet<string>, versions: VersionPods): KnownPod[] {
  const there = new Set(present.map(({ name }) => name));
  const gone = [...named].filter((name) => !there.has(name)).flatMap((name) => versions.find(name) ?? []);
  return [...present, ...gone];
}

const said = <V>({ uid, name, role, created }: KnownPod, fresh: ReadonlySet<string>, reader: RawReader<V>): Said<V> =>
  ({ pod: uid, role, created, value: fresh.has(name) ? reader.of(name) : undefined });

/** Versions that have Pods, and of which nothing is told. */
const silentOf = (asked: readonly KnownPod[], named: ReadonlySet<string>): Role[] =>
  roles.filter((role) => asked.some((pod) => pod.role === role) && !asked.some((pod) => pod.role === role && named.has(pod.name)));

/** Of which version nothing is told, in a sentence; undefined when there is something of all Pods that matter. */
export function missingOf(asked: readonly KnownPod[], named: ReadonlySet<string>, series: number, podLabel: string): string | undefined {
  const without = silentOf(asked, named);
  if (without.length === 0) return undefined;
  if (series > 0 && named.size === 0) return `the query has a result of ${series} series, but none has the label ${podLabel}; keep it where you add up`;
  return `the query tells nothing of the Pods of ${without.join(' and ')} yet`;
}
