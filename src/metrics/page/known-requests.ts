/** A way to count requests that programs or proxies have in common. */
export interface KnownRequests {
  readonly name: string;
  /** The counter of requests, with `_total` or `_count`. */
  readonly counter: string;
  /** The histogram of their durations, without `_bucket`; the first that is there. */
  readonly durations: readonly string[];
  /** Labels that say how a request ended; the first that is there. */
  readonly statuses: readonly string[];
  /** Which of these are failures. */
  readonly failed: RegExp;
  /** A label of which only some values are meant, by all metrics. */
  readonly only?: readonly [label: string, values: RegExp];
  /** A label that says failed though the status does not, as gRPC's beside HTTP's. */
  readonly alsoFailed?: readonly [label: string, values: RegExp];
}

/** What the server answered with 5xx, told as a code or as a class. */
const HTTP_FAILED = /^5(\d\d|xx)?$/i;

/**
 * Ends of calls that speak against the server and not against its caller, as names and as numbers. Source: OpenTelemetry,
 * semantic conventions for gRPC, status of server spans.
 */
const GRPC_FAILED = /^(2|4|12|13|14|15|unknown|deadline_?exceeded|unimplemented|internal|unavailable|data_?loss)$/i;

/**
 * In this order; the first of which a page has samples is believed, so that nothing is counted twice: the word of a sidecar
 * comes before the program's own, what counts and times requests by one metric before two that need not agree.
 * Names and labels: istio.io (standard metrics), OpenTelemetry (HTTP and RPC metrics, also those before they were stable),
 * Micrometer, the client libraries of Prometheus and what is built on them, go-grpc-middleware, Envoy (HTTP connection manager).
 */
export const knownRequests: readonly KnownRequests[] = [
  {
    // A code of 0 is a request that got no answer.
    name: 'istio', counter: 'istio_requests_total', durations: ['istio_request_duration_milliseconds'],
    statuses: ['response_code'], failed: /^(5\d\d|0)$/, only: ['reporter', /^destination$/], alsoFailed: ['grpc_response_status', GRPC_FAILED],
  },
  { name: 'otel', counter: 'http_server_request_duration_seconds_count', durations: ['http_server_request_duration_seconds'], statuses: ['http_response_status_code'], failed: HTTP_FAILED },
  { name: 'micrometer', counter: 'http_server_requests_seconds_count', durations: ['http_server_requests_seconds'], statuses: ['status'], failed: HTTP_FAILED },
  { name: 'otel-before', counter: 'http_server_duration_milliseconds_count', durations: ['http_server_duration_milliseconds'], statuses: ['http_status_code'], failed: HTTP_FAILED },
  {
    name: 'http-total', counter: 'http_requests_total', durations: ['http_request_duration_seconds', 'http_request_duration_milliseconds', 'http_request_duration_ms'],
    statuses: ['code', 'status', 'status_code'], failed: HTTP_FAILED,
  },
  { name: 'http-seconds', counter: 'http_request_duration_seconds_count', durations: ['http_request_duration_seconds'], statuses: ['code', 'status', 'status_code'], failed: HTTP_FAILED },
  { name: 'aspnet', counter: 'http_requests_received_total', durations: ['http_request_duration_seconds'], statuses: ['code'], failed: HTTP_FAILED },
  { name: 'grpc', counter: 'grpc_server_handled_total', durations: ['grpc_server_handling_seconds'], statuses: ['grpc_code'], failed: GRPC_FAILED },
  { name: 'otel-rpc', counter: 'rpc_server_duration_milliseconds_count', durations: ['rpc_server_duration_milliseconds'], statuses: ['rpc_grpc_status_code'], failed: GRPC_FAILED },
  {
    // What comes in: a sidecar without Istio has listeners for what goes out, too, and one for its own administration.
    name: 'envoy', counter: 'envoy_http_downstream_rq_xx', durations: ['envoy_http_downstream_rq_time'],
    statuses: ['envoy_response_code_class'], failed: HTTP_FAILED, only: ['envoy_http_conn_manager_prefix', /^(inbound|ingress|public_listener)/],
  },
];
