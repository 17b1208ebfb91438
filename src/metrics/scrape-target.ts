import type { Pod } from '../kubernetes/generated/core-v1.js';

/** Where a Pod's metrics are found. */
export interface ScrapeTarget {
  readonly address: string;
  readonly port: number;
  readonly path: string;
}

/** Read from the annotations that Prometheus set-ups go by (`prometheus.io/…`, which Istio's injection writes too). */
export function scrapeTargetOf({ metadata, status }: Pod): ScrapeTarget | undefined {
  const annotations = metadata.annotations ?? {};
  const port = Number(annotations['prometheus.io/port']);
  if (annotations['prometheus.io/scrape'] !== 'true' || !Number.isInteger(port) || status?.podIP === undefined) return undefined;
  if (metadata.deletionTimestamp !== undefined || status.phase !== 'Running') return undefined;
  return { address: status.podIP, port, path: annotations['prometheus.io/path'] ?? '/metrics' };
}
