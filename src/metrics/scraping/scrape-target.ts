import type { Pod } from '../../kubernetes/generated/core-v1.js';

/** Where a Pod's metrics are found. */
export interface ScrapeTarget {
  readonly address: string;
  readonly port: number;
  readonly path: string;
}

/** What somebody said in place of the annotations. */
export interface TargetChoice {
  readonly port?: number | undefined;
  readonly path?: string | undefined;
}

/** Whether a Pod has an address and serves: those that are told to end are no longer asked. */
export const canBeAsked = ({ metadata, status }: Pod): boolean =>
  status?.podIP !== undefined && status.podIP !== '' && metadata.deletionTimestamp === undefined && status.phase === 'Running';

/** Read from the annotations that Prometheus set-ups go by (`prometheus.io/…`, which Istio's injection writes too), as far as nothing else was said. */
export function scrapeTargetOf(pod: Pod, { port, path }: TargetChoice = {}): ScrapeTarget | undefined {
  const annotations = pod.metadata.annotations ?? {};
  const address = pod.status?.podIP;
  if (address === undefined || !canBeAsked(pod)) return undefined;
  if (port === undefined && annotations['prometheus.io/scrape'] !== 'true') return undefined;
  const chosen = port ?? Number(annotations['prometheus.io/port']);
  if (!Number.isInteger(chosen) || chosen < 1 || chosen > 65_535) return undefined;
  // The path of the annotation belongs to its port.
  const annotated = port === undefined || annotations['prometheus.io/port'] === String(port) ? annotations['prometheus.io/path'] : undefined;
  return { address, port: chosen, path: path ?? annotated ?? '/metrics' };
}
