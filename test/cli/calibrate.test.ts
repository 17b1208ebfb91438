import { afterEach, beforeEach, expect, it } from 'vitest';
import { createClient } from '../../src/cluster/create-client.js';
import { startApi } from '../../src/local/api/testing/local-client.js';
import { AnsweringServer, type Seen } from '../../src/metrics/testing/answering-server.js';
import { customResourceDefinitions } from '../../src/model/custom-resources.js';
import type { Analysis } from '../../src/model/policy/analysis.js';
import { serinResources } from '../../src/model/resources.js';
import { resources } from '../../src/kubernetes/resources.js';
import { policy } from '../driver/program.js';
import { serin, type CommandResult } from './driven-shell.js';

/** Pods whose counters go up with every question: a hundred requests, and so many failures and slow ones. */
let pods: AnsweringServer;
let prometheus: AnsweringServer;
let failing: (pod: string, asked: number) => number;
let page: (requests: number, failures: number) => string;
let port: number;
/** Passes only by waiting. */
let now: number;

beforeEach(async () => {
  now = Date.now() + 60_000;
  const counters = new Map<string, { requests: number; failures: number; asked: number }>();
  failing = () => 2;
  page = (requests, failures) => `http_requests_total{code="200"} ${requests - failures}\nhttp_requests_total{code="500"} ${failures}\n`;
  [pods, prometheus] = [await new AnsweringServer().start(), await new AnsweringServer().start()];
  port = Number(new URL(pods.address).port);
  pods.answer = ({ headers: { host: pod = '' }, url }) => {
    const counter = counters.get(pod) ?? { requests: 0, failures: 0, asked: 0 };
    counters.set(pod, counter);
    counter.asked++;
    counter.requests += 100;
    counter.failures += failing(pod, counter.asked);
    return { body: url.pathname === '/metrics' ? page(counter.requests, counter.failures) : '' };
  };
});
afterEach(async () => {
  await pods.stop();
  await prometheus.stop();
});

interface Given {
  readonly annotations?: Record<string, string>;
  readonly user?: string;
  readonly analysis?: Analysis;
  readonly template?: object;
}

/** A policy that rests, with so many stable Pods, and a clock on which nobody waits. */
async function calibrate(count: number, args: readonly string[] = [], { annotations = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' }, user, analysis = { falseAlarm: '2%' }, template }: Given = {}): Promise<CommandResult> {
  const { api } = startApi({ podAddress: () => ({ host: '127.0.0.1', port }) });
  const client = createClient(api.transport(), { fieldManager: 'test' });
  for (const definition of customResourceDefinitions()) await client.create(resources.customResourceDefinitions, definition);
  if (template) await client.create(serinResources.metricTemplates, { apiVersion: 'serin.dev/v1alpha1', kind: 'MetricTemplate', metadata: { name: 'orders', namespace: 'default' }, spec: template });
  const made = await client.create(serinResources.releasePolicies, { ...policy(), spec: { ...policy().spec, analysis } });
  await client.replace(serinResources.releasePolicies, { ...made, status: { phase: 'Resting', stable: { replicaSet: 'web-a', hash: 'a' } } }, { subresource: 'status' });
  for (let index = 0; index < count; index++) {
    const name = `web-a-${index}`;
    await client.create(resources.pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels: { 'pod-template-hash': 'a' }, annotations }, spec: { containers: [{ name: 'web', image: 'i' }] } });
    await client.patch(resources.pods, { namespace: 'default', name }, { kind: 'merge', body: { status: { phase: 'Running', podIP: `10.244.0.${index + 10}` } } }, { subresource: 'status' });
  }
  const clock = {
    now: () => now, monotonic: () => now,
    sleep: async (milliseconds: number, signal?: AbortSignal) => {
      // What an answer may take at most is never reached.
      if (milliseconds >= 2000) return new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('over')), { once: true }));
      now += milliseconds;
    },
  };
  const caller = user === undefined ? client : createClient(api.transport({ username: user, groups: ['system:authenticated'] }), { fieldManager: 'test' });
  if (user !== undefined) {
    await client.create({ group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', plural: 'clusterroles', namespaced: false }, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'reader' }, rules: [{ apiGroups: ['', 'serin.dev'], resources: ['pods', 'releasepolicies'], verbs: ['get', 'list'] }] } as never);
    await client.create({ group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', namespaced: false }, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'reader' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' }, subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }] } as never);
  }
  const result = await serin(undefined, ['calibrate', 'web', ...args], { client: caller, clock });
  await api.close();
  return result;
}

interface Told {
  readonly division: string;
  readonly metrics: readonly { readonly name: string; readonly kind: string; readonly holds: boolean; readonly needed?: number; readonly samples: number; readonly missing: readonly string[] }[];
  readonly suggestions: readonly { readonly place: string; readonly yaml: string }[];
}

it('holds stable against itself, and leaves the margin alone where it holds', async () => {
  const { code, out, err } = await calibrate(3, ['--for', '2m']);
  expect(err).toBe('Holds 2 Pods against 1 for 2m.\n');
  expect(code).toBe(0);
  expect(out).toMatch(/^metric errors: 1[12]\d samples in 1[12]\d s, \d+ requests, \d+ bad \(2 %\)\n/);
  expect(out).toMatch(/\n1\.5x +0 of 300 +0 % +the margin of the policy\n/);
  expect(out).toMatch(/\nLeave errors as it is: with a margin of 1\.5x, 0 of 300 releases of stable against/);
  expect(out.replaceAll('\n', ' ')).toContain('Nothing can be said of latency yet. The Pods never all answered twice: there is nothing to compare. Last: Pods count requests, but show no histogram of how long they take.');
}, 120_000);

it('says what to write where errors and durations are uneven', async () => {
  failing = (pod, asked) => (pod.startsWith('10.244.0.10') && asked % 40 < 8 ? 30 : 2);
  page = (requests, failures) => [
    `http_requests_total{code="200"} ${requests - failures}`, `http_requests_total{code="500"} ${failures}`,
    // Who fails is slow, too.
    ...[['0.1', requests - failures], ['1', requests - failures], ['+Inf', requests]].map(([le, value]) => `http_request_duration_seconds_bucket{le="${le}"} ${value}`), '',
  ].join('\n');
  const { code, out } = await calibrate(2, ['--for', '2m', '-o', 'json'], { analysis: { falseAlarm: '10%' } });
  expect(code).toBe(0);
  const told = JSON.parse(out) as Told;
  expect(told.division).toBe('Pods');
  expect(told.metrics).toMatchObject([{ name: 'errors', kind: 'errorRate', holds: false, missing: [] }, { name: 'latency', kind: 'latency', holds: false, missing: [] }]);
  expect(told.suggestions).toMatchObject([{ place: 'policy web', yaml: expect.stringMatching(/^analysis:\n {2}metrics:\n {4}- name: errors\n[^]*- name: latency\n/) as string }]);
}, 120_000);

it('holds one Pod against itself a moment later', async () => {
  const { code, out, err } = await calibrate(1, ['--for', '4m', '--metric', 'errors']);
  expect(err).toBe('Holds the one Pod against itself a moment later, for 4m.\n');
  expect(code).toBe(0);
  expect(out).toMatch(/^metric errors: (9|10|11|12)\d samples/);
  expect(out).toContain('Leave errors as it is');
}, 120_000);

/** Counters of two Pods as Prometheus has them: one of them has bad moments. */
function answerOf({ body }: Seen): string {
  const query = new URLSearchParams(body).get('query') ?? '';
  const seconds = Math.floor(now / 1000);
  const bad = (pod: number): number => seconds * 2 + (pod === 0 ? Math.floor(seconds / 40) * 30 * 8 + Math.min(8, seconds % 40) * 30 : 0);
  const of = (pod: number): { le?: string; value: number }[] => {
    if (query.includes('memory')) return [{ value: 100 + pod * 400 }];
    if (query.includes('bucket')) return [{ le: '0.1', value: seconds * 100 - bad(pod) }, { le: '+Inf', value: seconds * 100 }];
    return [{ value: query.includes('lost') ? bad(pod) : seconds * 100 }];
  };
  const result = [0, 1].flatMap((pod) => of(pod).map(({ le, value }) => ({ metric: { pod: `web-a-${pod}`, ...(le === undefined ? {} : { le }) }, value: [now / 1000, String(value)] })));
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
}

it('calibrates metrics of templates and of Prometheus, and says where to paste what', async () => {
  prometheus.answer = (seen) => ({ body: answerOf(seen) });
  const from = (queries: object): object => ({ prometheus: { address: 'http://prometheus.monitoring:9090', every: '1s', ...queries } });
  const analysis = {
    falseAlarm: '15%',
    metrics: [{ name: 'orders', template: { name: 'orders' } }, { name: 'slow', latency: { slower: '1x', worseBy: '1.5x', acceptBelow: '2x' }, from: from({ histogram: 'd_seconds_bucket' }) }, { name: 'memory', saturation: { every: '1s' }, from: from({ gauge: 'memory' }) }],
  } as Analysis;
  const template = { errorRate: { worseBy: '1.2x', acceptBelow: '2x' }, from: from({ all: 'orders_total', bad: 'lost_total' }) };
  const { code, out, err } = await calibrate(2, ['--for', '10m', '--prometheus', prometheus.address, '-o', 'json'], { analysis, template, annotations: {} });
  expect(err).toBe('Holds 1 Pod against 1 for 10m.\n');
  expect(code).toBe(0);
  const { metrics, suggestions } = JSON.parse(out) as Told;
  expect(metrics).toMatchObject([{ name: 'orders', holds: false, missing: [] }, { name: 'slow', kind: 'latency', holds: false, missing: [] }, { name: 'memory', kind: 'saturation', holds: false, needed: 5, missing: [] }]);
  expect(suggestions.map(({ place }) => place)).toEqual(['policy web', 'MetricTemplate orders']);
  expect(suggestions[0]?.yaml).toContain('    - name: orders\n      template:\n        name: orders\n');
  expect(suggestions[1]?.yaml).toMatch(/^errorRate:\n {2}worseBy: \d+(\.\d+)?x\n {2}acceptBelow: /);
}, 120_000);

it('says what is missing', async () => {
  failing = () => 0;
  const { code, out, err } = await calibrate(2, ['--for', '2m']);
  expect(code).toBe(1);
  expect(out.replaceAll('\n', ' ')).toMatch(/0 of \d+ requests were bad; 30 are needed/);
  expect(err).toContain('serin: there was too little to calibrate with.\n');
});

it.each<[string, Parameters<typeof calibrate>, string]>([
  ['no Pod', [0], 'serin: stable web-a runs no Pod: there is nothing to look at.\n'],
  ['Pods that say nothing', [2, [], { annotations: {} }], 'serin: its Pods do not say where their metrics are: web-a-'],
  ['too short a time', [2, ['--for', '1m']], 'serin: --for 1m with a sample every 1s is too short: it takes 120 samples, so --for 2m at least.\n'],
  ['too short a time for one Pod', [1, ['--for', '3m']], 'so --for 4m at least.\n'],
  ['a metric that is not there', [2, ['--metric', 'erors']], 'serin: the policy has no metric "erors". It has errors, latency.\n'],
  ['missing rights', [2, [], { user: 'jane' }], 'serin: you may not ask Pods of namespace default through the API server. It takes a role with the verb get for the resource pods/proxy.\n'],
  ['a template that is not there', [2, [], { analysis: { metrics: [{ name: 'orders', template: { name: 'orders' } }] } }], 'there is no MetricTemplate orders in this namespace.'],
  ['an address that is none', [2, ['--prometheus', 'localhost']], 'It takes an address such as http://localhost:9090.'],
])('refuses %s', async (_, given, message) => {
  const { code, err } = await calibrate(...given);
  expect(code).toBeGreaterThan(0);
  expect(err).toContain(message);
});

it('says of Pods that tell nothing of requests that they do not', async () => {
  page = () => 'up 1\n';
  const { code, out } = await calibrate(2);
  expect(code).toBe(1);
  expect(out.replaceAll('\n', ' ')).toContain('no Pod shows a metric of its requests that is known');
});
