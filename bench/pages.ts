import { renderMetrics, RequestMetrics } from '../src/local/gateway/telemetry/request-metrics.js';
import { answerPage } from '../src/metrics/page/page-question.js';
import { requestsQuestion } from '../src/metrics/page/requests-question.js';
import { digits, median, times } from './harness/numbers.js';
import type { Subject } from './harness/subject.js';

const MEGABYTE = 1_000_000;
const PASSES = 7;

export const pages: Subject = {
  name: 'pages',
  title: 'Reading a page of metrics',
  about:
    'Processor time for one page of a sidecar, as it is read once a second and Pod: requests, failures and durations as Istio tells them (every line is wanted), the same amount of ' +
    'metrics that nobody wants, and both in one page. The ratio is to the plain way: lines cut out, all labels of all lines read.',
  measure() {
    const wanted = istioPage();
    const other = otherPage();
    const rows = Object.entries({ 'all wanted': wanted, 'nothing wanted': other, 'both, one after the other': other + wanted }).map(([what, text]) => {
      const [reading, plain] = [time(() => answerPage(text, [requestsQuestion])), time(() => readPlainly(text))];
      return [what, digits(text.length), reading.toFixed(2), ((text.length / MEGABYTE / reading) * 1000).toFixed(0), times(reading, plain)];
    });
    return Promise.resolve({ columns: ['page', 'bytes', 'ms', 'MB/s', 'ratio'], rows, findings: [] });
  },
};

const LINE = /^([\w:]+)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

function readPlainly(text: string): number {
  let read = 0;
  for (const line of text.split('\n')) {
    const [, , labels = ''] = LINE.exec(line) ?? [];
    read += Object.keys(Object.fromEntries([...labels.matchAll(LABEL)].map(([, name, value]) => [name, value]))).length;
  }
  return read;
}

function time(work: () => unknown): number {
  const once = (): number => {
    const begun = process.cpuUsage();
    for (let each = 0; each < 10; each++) work();
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 10_000;
  };
  once();
  return median(Array.from({ length: PASSES }, once));
}

/** About a megabyte of what Istio tells of one Pod with many clients. Made flat, as an answer from a socket is. */
function istioPage(): string {
  const peer = (name: string) => ({ name, namespace: 'shop', app: name, version: 'v1', canonicalName: name, canonicalRevision: 'v1' });
  const reviews = peer('reviews');
  const service = { host: 'reviews.shop.svc.cluster.local', name: 'reviews', namespace: 'shop' };
  const metrics = new RequestMetrics('destination');
  for (let client = 0; client < 28; client++) for (const code of [200, 503]) metrics.record(peer(`client-${client}`), reviews, service, code, '', client * 10);
  return Buffer.from(renderMetrics([metrics])).toString();
}

function otherPage(): string {
  let text = '';
  for (let index = 0; text.length < MEGABYTE; index++) text += `envoy_cluster_upstream_cx_total{cluster_name="outbound|80||service-${index}.shop.svc.cluster.local"} ${index}\n`;
  return Buffer.from(text).toString();
}
