import type { Collector } from '../collector.js';
import { NoReading } from '../reading.js';
import { gaugeSample } from '../windows/gauges.js';
import type { Said } from '../windows/measure.js';
import { VersionPods } from '../windows/version-pods.js';
import { asking, missingOf, type QueriedPods } from './queried-counters.js';

export interface QueriedGauges extends QueriedPods {
  readonly query: string;
  /** What canary Pods are held against in place of stable ones. */
  readonly limit: number | undefined;
}

/** A value of each Pod; several series of one Pod are added up. */
export function createQueriedGauges({ source, interval, hashes, pods, podLabel, query, limit }: QueriedGauges): Collector {
  const versions = new VersionPods(hashes);
  let last = -Infinity;
  return {
    interval,
    async collect(signal) {
      const { at, series } = await source(query, signal);
      if (at <= last) return undefined;
      const present = versions.update(pods()).map(({ known }) => known);
      const values = new Map<string, number>();
      for (const { labels, value } of series) if (labels['pod'] !== undefined && Number.isFinite(value)) values.set(labels['pod'], (values.get(labels['pod']) ?? 0) + value);
      const named = new Set(values.keys());
      const told: Said<number>[] = present.map(({ uid, name, role, created }) => ({ pod: uid, role, created, value: values.get(name) }));
      const sample = gaugeSample(at, told, limit);
      if (sample) {
        last = at;
        return { kind: 'saturation', sample };
      }
      const missing = missingOf(asking(present, named, versions).filter(({ role }) => limit === undefined || role === 'canary'), named, series.length, podLabel);
      if (missing !== undefined) throw new NoReading('waiting', missing);
      return undefined;
    },
  };
}
