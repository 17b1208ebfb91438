import { expect, it } from 'vitest';
import { countsFromPod } from './program-counts.js';

it.each([
  ['a client library', 'http_requests_total{method="get",code="200"} 7\nhttp_requests_total{method="get",code="503"} 2\n', { requests: 9, failures: 2 }],
  ['Spring Boot', 'http_server_requests_seconds_count{status="200",uri="/"} 5\nhttp_server_requests_seconds_count{status="500",uri="/"} 1\nhttp_server_requests_seconds_sum{status="500"} 9\n', { requests: 6, failures: 1 }],
  ['OpenTelemetry', 'http_server_request_duration_seconds_count{http_response_status_code="404"} 3\n', { requests: 3, failures: 0 }],
  ['nothing known', 'process_cpu_seconds_total 3\n', { requests: 0, failures: 0 }],
])('counts what %s exposes', (_, text, counts) => {
  expect(countsFromPod(text)).toEqual(counts);
});

it('counts a request once where the sidecar and the program both tell of it', () => {
  const text = 'istio_requests_total{reporter="destination",response_code="200"} 4\nhttp_requests_total{code="200"} 4\n';
  expect(countsFromPod(text)).toEqual({ requests: 4, failures: 0 });
});
