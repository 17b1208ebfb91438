import type { Counts } from '../model/evidence.js';
import { countsFromIstio } from './istio-counts.js';
import { samplesOf } from './prometheus-text.js';

/**
 * What programs call the requests that they served, with the label that holds the status: the Prometheus client libraries'
 * examples, OpenTelemetry's HTTP server metric, Spring Boot's (Micrometer). The first that is there counts, so that nothing
 * is counted twice.
 */
const METRICS: readonly { readonly name: string; readonly statuses: readonly string[] }[] = [
  { name: 'http_server_request_duration_seconds_count', statuses: ['http_response_status_code'] },
  { name: 'http_server_requests_seconds_count', statuses: ['status'] },
  { name: 'http_requests_total', statuses: ['code', 'status', 'status_code'] },
  { name: 'http_request_duration_seconds_count', statuses: ['code', 'status', 'status_code'] },
];

/** Requests that a Pod served, from what it exposes: its sidecar's word where it has one, else the program's own. */
export function countsFromPod(text: string): Counts {
  if (text.includes('istio_requests_total')) return countsFromIstio(text);
  for (const { name, statuses } of METRICS) {
    const samples = [...samplesOf(text, name)];
    if (samples.length === 0) continue;
    const failed = samples.filter(({ labels }) => statuses.some((status) => /^5\d\d$/.test(labels[status] ?? '')));
    const sum = (some: typeof samples): number => some.reduce((total, { value }) => total + value, 0);
    return { requests: sum(samples), failures: sum(failed) };
  }
  return { requests: 0, failures: 0 };
}
