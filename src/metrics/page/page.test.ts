import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketsQuestion, sumQuestion } from './exposed-question.js';
import { answerPage, answerTo, type PageQuestion } from './page-question.js';
import { requestsQuestion, type ServedRequests } from './requests-question.js';
import { scanPage } from './scan-page.js';

const ask = <A>(text: string, question: PageQuestion<A>): A | undefined => answerTo(question, answerPage(text, [question]));

/** Samples of one metric with some of their labels. */
function samples(text: string, metric: string, labels: readonly string[]): { labels: (string | undefined)[]; value: number }[] {
  const found: { labels: (string | undefined)[]; value: number }[] = [];
  scanPage(text, new Map([[metric, [(line) => void found.push({ labels: line.labels(labels), value: line.value })]]]));
  return found;
}

describe('a page', () => {
  it('gives the samples of one metric with their labels, and passes over the rest', () => {
    const text = [
      '# HELP istio_requests_total requests{reporter="destination"} 1',
      '# TYPE istio_requests_total counter',
      'istio_requests_total{reporter="destination",response_code="200"} 41',
      'istio_requests_total_other{reporter="destination"} 7',
      'istio_requests_total 1e3 1700000000000',
      'istio_requests_total{broken',
      'istio_requests_total{a="b"} NaN',
      'istio_requests_total{response_code="5}3"} 3',
      'istio_requests_total{response_code="404",} 4\r',
      'istio_requests_total',
      'up 1',
      '',
      'istio_requests_total 5',
    ].join('\n');
    expect(samples(text, 'istio_requests_total', ['response_code', 'reporter'])).toEqual([
      { labels: ['200', 'destination'], value: 41 },
      { labels: [undefined, undefined], value: 1000 },
      { labels: ['5}3', undefined], value: 3 },
      { labels: ['404', undefined], value: 4 },
      { labels: [undefined, undefined], value: 5 },
    ]);
  });

  it('is read where examples stand behind the values', () => {
    const text = 'm_bucket{a="x}",le="1"} 3 # {trace="}"} 0.5\nm_bucket{le="+Inf"} 4\nm_bucket 5 # {} 1\nm_bucket{a="\n';
    expect(samples(text, 'm_bucket', ['a', 'le'])).toEqual([{ labels: ['x}', '1'], value: 3 }, { labels: [undefined, '+Inf'], value: 4 }, { labels: [undefined, undefined], value: 5 }]);
  });

  it('gives every label value back, whatever is in it', () => {
    const escaped = (value: string): string => value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), fc.oneof(fc.string(), fc.stringMatching(/^["\\\n{},= ]{0,6}$/)), { noNullPrototype: true }), fc.integer(), (labels, value) => {
        const inside = Object.entries(labels).map(([name, each]) => `${name}="${escaped(each)}"`).join(',');
        const names = Object.keys(labels);
        expect(samples(`up 1\nrequests{${inside}} ${value}\nup 1`, 'requests', names)).toEqual([{ labels: names.map((name) => labels[name]), value }]);
      }),
    );
  });

  it('holds nothing up, whatever it is', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.string(), fc.stringMatching(/^m\{?[a-z="\\,}{ 0-9]{0,20}$/))), (lines) => void samples(lines.join('\n'), 'm', ['le', 'a'])));
  });
});

describe('requests that are known without being named', () => {
  it.each([
    ['a client library', 'http_requests_total{method="get",code="200"} 7\nhttp_requests_total{method="get",code="503"} 2\n', 'http-total', 9, 2],
    ['classes of status', 'http_requests_total{status="2xx"} 7\nhttp_requests_total{status="5xx"} 2\n', 'http-total', 9, 2],
    ['a counter without status, a histogram with', 'http_requests_total 9\nhttp_request_duration_seconds_count{status_code="500"} 3\n', 'http-seconds', 3, 3],
    ['Spring Boot', 'http_server_requests_seconds_count{status="200",uri="/"} 5\nhttp_server_requests_seconds_count{status="500",uri="/"} 1\nhttp_server_requests_seconds_sum{status="500"} 9\n', 'micrometer', 6, 1],
    ['OpenTelemetry', 'http_server_request_duration_seconds_count{http_response_status_code="404"} 3\n', 'otel', 3, 0],
    ['gRPC', 'grpc_server_handled_total{grpc_code="OK"} 3\ngrpc_server_handled_total{grpc_code="Internal"} 2\ngrpc_server_handled_total{grpc_code="NotFound"} 1\n', 'grpc', 6, 2],
    ['a mesh', 'istio_requests_total{reporter="destination",response_code="0"} 4\nistio_requests_total{reporter="source",response_code="500"} 4\nhttp_requests_total{code="200"} 4\n', 'istio', 4, 4],
    ['gRPC in a mesh', 'istio_requests_total{reporter="destination",response_code="200",grpc_response_status="14"} 4\nistio_requests_total{reporter="destination",response_code="200",grpc_response_status="5"} 1\n', 'istio', 5, 4],
    ['Envoy', 'envoy_http_downstream_rq_xx{envoy_response_code_class="5",envoy_http_conn_manager_prefix="inbound_0"} 4\nenvoy_http_downstream_rq_xx{envoy_response_code_class="2",envoy_http_conn_manager_prefix="admin"} 9\n', 'envoy', 4, 4],
  ])('counts what %s shows', (_, text, source, requests, failures) => {
    expect(ask(text, requestsQuestion)?.counts).toEqual({ requests, failures, source });
  });

  it('knows nothing of a page without them', () => {
    expect(ask('process_cpu_seconds_total 3\nhttp_requests_total 5\n', requestsQuestion)).toBeUndefined();
  });

  it('takes the histogram along, on edges that all series have, in milliseconds', () => {
    const bucket = (labels: string, le: string, value: number): string => `http_request_duration_seconds_bucket{${labels}le="${le}"} ${value}`;
    const text = [
      'http_requests_total{code="200"} 12',
      bucket('path="/a",', '0.07', 1), bucket('path="/a",', '0.5', 3), bucket('path="/a",', '+Inf', 5),
      bucket('path="/b",', '0.5', 4), bucket('path="/b",', '+Inf', 7),
    ].join('\n');
    expect(ask(text, requestsQuestion)).toEqual<ServedRequests>({
      counts: { requests: 12, failures: 0, source: 'http-total' },
      buckets: { edges: [500], counts: [7, 12], source: 'http-total http_request_duration_seconds' },
    });
    expect(ask([bucket('', '0.07', 1), bucket('', '+Inf', 5)].join('\n'), bucketsQuestion({ metric: 'http_request_duration_seconds' }))?.edges).toEqual([70]);
  });

  it('takes only what a mesh reports of its own Pod', () => {
    const bucket = (reporter: string, le: string, value: number): string => `istio_request_duration_milliseconds_bucket{reporter="${reporter}",response_code="200",le="${le}"} ${value}`;
    const text = ['istio_requests_total{reporter="destination",response_code="200"} 5', ...['source', 'destination'].flatMap((reporter, index) => [bucket(reporter, '5', 3 + index), bucket(reporter, '+Inf', 5 + index)])].join('\n');
    expect(ask(text, requestsQuestion)?.buckets).toMatchObject({ edges: [5], counts: [4, 6] });
  });
});

describe('a metric that somebody named', () => {
  const text = 'orders_total{state="ok",shop="a"} 5\norders_total{state="lost",shop="b"} 2\norders_total{state="lost in space"} 1\norders_total 10\n';

  it.each([
    [{}, 18],
    [{ state: 'lost' }, 2],
    [{ state: 'lost.*' }, 3],
    [{ state: 'ok|lost', shop: '[ab]' }, 7],
    [{ state: '' }, 10],
    [{ state: 'other' }, undefined],
  ])('adds up the series with the labels %j', (labels, sum) => {
    expect(ask(text, sumQuestion({ metric: 'orders_total', labels }))).toBe(sum);
  });

  it('answers several questions in one go, each by its own key', () => {
    const questions = [sumQuestion({ metric: 'orders_total' }), sumQuestion({ metric: 'orders_total', labels: { state: 'ok' } }), sumQuestion({ metric: 'other' })];
    const answers = answerPage(text, questions);
    expect(questions.map((question) => answerTo(question, answers))).toEqual([18, 5, undefined]);
    expect(answers.size).toBe(3);
  });

  it('reads a histogram in the unit that is said, else by its name', () => {
    const page = ['wait_bucket{le="2"} 1\nwait_bucket{le="+Inf"} 2\n', 'wait_ms_bucket{le="2",a="b"} 1\nwait_ms_bucket{le="+Inf",a="b"} 2\n'].join('');
    expect(ask(page, bucketsQuestion({ metric: 'wait' }))).toEqual({ edges: [2000], counts: [1, 2] });
    expect(ask(page, bucketsQuestion({ metric: 'wait_bucket' }, 'milliseconds'))).toEqual({ edges: [2], counts: [1, 2] });
    expect(ask(page, bucketsQuestion({ metric: 'wait_ms' }))).toEqual({ edges: [2], counts: [1, 2] });
  });

  it('refuses a regular expression that cannot be used, naming its label', () => {
    expect(() => sumQuestion({ metric: 'orders_total', labels: { state: '(' } })).toThrow(/^label state: /);
    expect(() => sumQuestion({ metric: 'orders_total', labels: { state: 'a'.repeat(257) } })).toThrow('longer than 256');
  });
});
