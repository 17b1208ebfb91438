import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createClient } from '../../src/cluster/create-client.js';
import { startApi } from '../../src/local/api/testing/local-client.js';
import { customResourceDefinitions } from '../../src/model/custom-resources.js';
import { serinResources } from '../../src/model/resources.js';
import { resources } from '../../src/kubernetes/resources.js';
import { policy } from '../driver/program.js';
import { serin, type CommandResult } from './driven-shell.js';

/** Pods whose counters go up with every question: a hundred requests, and so many failures. */
let server: Server;
let port: number;
let failing: (pod: string, asked: number) => number;
let page: (requests: number, failures: number) => string;
beforeEach(async () => {
  const counters = new Map<string, { requests: number; failures: number; asked: number }>();
  failing = () => 2;
  page = (requests, failures) => `http_requests_total{code="200"} ${requests - failures}\nhttp_requests_total{code="500"} ${failures}\n`;
  server = createServer((request, response) => {
    const pod = request.headers.host ?? '';
    const counter = counters.get(pod) ?? { requests: 0, failures: 0, asked: 0 };
    counters.set(pod, counter);
    counter.asked++;
    counter.requests += 100;
    counter.failures += failing(pod, counter.asked);
    response.end(request.url === '/metrics' ? page(counter.requests, counter.failures) : '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** A policy that rests, with so many stable Pods, and a clock on which nobody waits. */
async function calibrate(pods: number, args: readonly string[] = [], { annotations = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' }, user }: { annotations?: Record<string, string>; user?: string } = {}): Promise<CommandResult> {
  const { api } = startApi({ podAddress: () => ({ host: '127.0.0.1', port }) });
  const client = createClient(api.transport(), { fieldManager: 'test' });
  for (const definition of customResourceDefinitions()) await client.create(resources.customResourceDefinitions, definition);
  const made = await client.create(serinResources.releasePolicies, { ...policy(), spec: { ...policy().spec, analysis: { falseAlarm: '2%' } } });
  await client.replace(serinResources.releasePolicies, { ...made, status: { phase: 'Resting', stable: { replicaSet: 'web-a', hash: 'a' } } }, { subresource: 'status' });
  for (let index = 0; index < pods; index++) {
    const name = `web-a-${index}`;
    await client.create(resources.pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels: { 'pod-template-hash': 'a' }, annotations }, spec: { containers: [{ name: 'web', image: 'i' }] } });
    await client.patch(resources.pods, { namespace: 'default', name }, { kind: 'merge', body: { status: { phase: 'Running', podIP: `10.244.0.${index + 10}` } } }, { subresource: 'status' });
  }
  let now = 0;
  const clock = {
    now: () => now, monotonic: () => now,
    sleep: async (milliseconds: number, signal?: AbortSignal) => {
      // What a round may take at most is never reached.
      if (milliseconds > 3000) return new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('over')), { once: true }));
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

it('holds stable against itself, and leaves the margin alone where it holds', async () => {
  const { code, out, err } = await calibrate(3, ['--for', '2m']);
  expect(err).toBe('Asks 2 Pods against 1 for 2m.\n');
  expect(code).toBe(0);
  expect(out).toMatch(/^metric errors: 120 samples in 120 s, 36000 requests, 720 bad \(2 %\)\n/);
  expect(out).toMatch(/\n1\.5x +0 of 300 +0 % +the margin of the policy\n/);
  expect(out).toContain('Leave it as it is: with a margin of 1.5x, 0 of 300 releases of stable against');
}, 120_000);

it('says what to write where the traffic is uneven', async () => {
  failing = (pod, asked) => (pod.startsWith('10.244.0.10') && asked % 40 < 8 ? 30 : 2);
  const { code, out } = await calibrate(2, ['--for', '2m', '-o', 'json']);
  expect(code).toBe(0);
  const told = JSON.parse(out) as { needed: number; advice: { text: string; yaml: string } };
  expect(told).toMatchObject({ metric: 'errors', worseBy: 1.5, holds: false, missing: [] });
  expect(told.advice.yaml).toMatch(/^analysis:\n {2}metrics:\n {4}- name: errors\n/);
}, 120_000);

it('says what is missing', async () => {
  failing = () => 0;
  const { code, out, err } = await calibrate(2, ['--for', '2m']);
  expect(code).toBe(1);
  expect(out).toContain('0 of 24000 requests were bad; 30 are needed');
  expect(err).toContain('serin: there was too little to calibrate with.\n');
});

it.each<[string, Parameters<typeof calibrate>, string]>([
  ['one Pod', [1], 'serin: stable web-a runs one Pod; two halves need two at least. Scale it up for as long as this takes.\n'],
  ['Pods that say nothing', [2, [], { annotations: {} }], 'serin: Pods of web-a do not say where their metrics are: web-a-0, web-a-1. Annotate'],
  ['too short a time', [2, ['--for', '1m']], 'serin: --for 1m with a sample every 1s is too short: it takes 120 samples, so --for 2m at least.\n'],
  ['another kind of metric', [2, ['--metric', 'latency']], 'serin: metric latency cannot be calibrated: it is no errorRate.\n'],
  ['missing rights', [2, [], { user: 'jane' }], 'serin: you may not ask Pods of namespace default through the API server. It takes a role with the verb get for the resource pods/proxy.\n'],
])('refuses %s', async (_, given, message) => {
  const { code, err } = await calibrate(...given);
  expect(code).toBeGreaterThan(0);
  expect(err).toContain(message);
});

it('refuses Pods that tell nothing of requests', async () => {
  page = () => 'up 1\n';
  expect((await calibrate(2)).err).toMatch(/^serin: Pod web-a-\d answers at port 9090, \/metrics, but tells nothing of its requests\./);
});
