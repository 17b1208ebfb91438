import type { Counts } from '../model/evidence.js';
import { samplesOf } from './prometheus-text.js';

/**
 * Requests that a Pod served, from what its sidecar exposes. Failed is what the server answered with 5xx, and what got no
 * answer at all (code 0). Metric and label names: Istio standard metrics, istio.io/latest/docs/reference/config/metrics.
 */
export function countsFromIstio(text: string): Counts {
  let requests = 0;
  let failures = 0;
  for (const { labels, value } of samplesOf(text, 'istio_requests_total')) {
    if (labels['reporter'] !== 'destination') continue;
    requests += value;
    if (/^(5\d\d|0)$/.test(labels['response_code'] ?? '')) failures += value;
  }
  return { requests, failures };
}
