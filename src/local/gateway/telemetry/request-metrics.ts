import type { Workload } from '../configuration/workload.js';
import { DURATION_BOUNDS, Series } from './histogram.js';

export type Reporter = 'source' | 'destination';

/** The Service that a request was for. */
export interface ServiceName {
  readonly host: string;
  readonly name: string;
  readonly namespace: string;
}

const escape = (value: string): string => value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');

/**
 * What one proxy counted: Istio's request metrics, with Istio's labels and no others. A series is found by the identity of
 * its workloads and Service first, so that a request costs a few look-ups and no text.
 */
export class RequestMetrics {
  readonly #reporter: Reporter;
  #series = new Map<string, Series>();
  #byPeers = new WeakMap<Workload, WeakMap<Workload, WeakMap<ServiceName, Map<number | string, Series>>>>();

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  /** @param flags Envoy's response flags, such as `UH`; empty for none. @param code 0 when the client left */
  record(source: Workload, destination: Workload, service: ServiceName, code: number, flags: string, milliseconds: number): void {
    let bySource = this.#byPeers.get(source);
    if (bySource === undefined) this.#byPeers.set(source, (bySource = new WeakMap()));
    let byPeer = bySource.get(destination);
    if (byPeer === undefined) bySource.set(destination, (byPeer = new WeakMap()));
    let byService = byPeer.get(service);
    if (byService === undefined) byPeer.set(service, (byService = new Map()));
    const key = flags === '' ? code : `${code} ${flags}`;
    let series = byService.get(key);
    if (series === undefined) byService.set(key, (series = this.#find(source, destination, service, code, flags)));
    series.add(milliseconds);
  }

  /** In the Prometheus text format. */
  *lines(metric: 'total' | 'duration'): Generator<string> {
    for (const { labels, count, sum, buckets } of this.#series.values()) {
      if (metric === 'total') {
        yield `istio_requests_total{${labels}} ${count}`;
        continue;
      }
      let below = 0;
      for (const [index, bound] of [...DURATION_BOUNDS, '+Inf'].entries()) {
        below += buckets[index] ?? 0;
        yield `istio_request_duration_milliseconds_bucket{${labels},le="${bound}"} ${below}`;
      }
      yield `istio_request_duration_milliseconds_sum{${labels}} ${sum}`;
      yield `istio_request_duration_milliseconds_count{${labels}} ${count}`;
    }
  }

  #find(source: Workload, destination: Workload, service: ServiceName, code: number, flags: string): Series {
    const labels = Object.entries({
      reporter: this.#reporter,
      source_workload: source.name,
      source_canonical_service: source.canonicalName,
      source_canonical_revision: source.canonicalRevision,
      source_workload_namespace: source.namespace,
      source_principal: 'unknown',
      source_app: source.app,
      source_version: source.version,
      source_cluster: 'Kubernetes',
      destination_workload: destination.name,
      destination_workload_namespace: destination.namespace,
      destination_principal: 'unknown',
      destination_app: destination.app,
      destination_version: destination.version,
      destination_service: service.host,
      destination_canonical_service: destination.canonicalName,
      destination_canonical_revision: destination.canonicalRevision,
      destination_service_name: service.name,
      destination_service_namespace: service.namespace,
      destination_cluster: 'Kubernetes',
      request_protocol: 'http',
      response_code: String(code),
      grpc_response_status: '',
      response_flags: flags === '' ? '-' : flags,
      connection_security_policy: this.#reporter === 'source' ? 'unknown' : 'none',
    })
      .map(([name, value]) => `${name}="${escape(value)}"`)
      .join(',');
    let series = this.#series.get(labels);
    if (series === undefined) this.#series.set(labels, (series = new Series(labels)));
    return series;
  }
}

/** One page for a scrape, from what several reporters of one proxy counted. */
export function renderMetrics(reporters: readonly RequestMetrics[]): string {
  const lines = ['# TYPE istio_requests_total counter', ...reporters.flatMap((each) => [...each.lines('total')])];
  lines.push('# TYPE istio_request_duration_milliseconds histogram', ...reporters.flatMap((each) => [...each.lines('duration')]));
  return `${lines.join('\n')}\n`;
}
