import { expect, it } from 'vitest';
import { startApi } from '../../testing/local-client.js';

const POD = '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods';
const measured = (name: string, cpu: string, labels = {}) => ({
  apiVersion: 'metrics.k8s.io/v1beta1',
  kind: 'PodMetrics',
  metadata: { name, labels },
  timestamp: '2026-01-01T00:00:00Z',
  window: '15s',
  containers: [{ name: 'web', usage: { cpu, memory: '2048Ki' } }],
});

it('what Pods use can be put and is found by label', async () => {
  const { call } = startApi();
  expect((await call('PUT', `${POD}/a`, measured('a', '0.25', { app: 'a' }))).status).toBe(201);
  expect((await call('PUT', `${POD}/a`, measured('a', '300m', { app: 'a' }))).status).toBe(200);
  expect((await call('POST', POD, measured('b', '1', { app: 'b' }))).status).toBe(201);
  const found = await call('GET', `${POD}?labelSelector=app%3Da`);
  expect(found.json).toMatchObject({
    kind: 'PodMetricsList',
    apiVersion: 'metrics.k8s.io/v1beta1',
    items: [{ metadata: { name: 'a' }, window: '15s', containers: [{ name: 'web', usage: { cpu: '300m', memory: '2Mi' } }] }],
  });
  expect((await call('GET', '/apis/metrics.k8s.io/v1beta1/pods')).json.items).toHaveLength(2);
  expect((await call('PUT', `${POD}/c`, { ...measured('c', '1'), window: 'soon' })).status).toBe(422);
  expect((await call('DELETE', `${POD}/a`)).status).toBe(200);
});

it('what nodes use can be put, and the group is discovered', async () => {
  const { call } = startApi();
  const node = { metadata: { name: 'local' }, timestamp: '2026-01-01T00:00:00Z', window: '15s', usage: { cpu: '1500m', memory: '1Gi' } };
  expect((await call('PUT', '/apis/metrics.k8s.io/v1beta1/nodes/local', node)).status).toBe(201);
  expect((await call('GET', '/apis/metrics.k8s.io/v1beta1')).json.resources.map(({ name, kind }: { name: string; kind: string }) => `${name} ${kind}`)).toEqual(['nodes NodeMetrics', 'pods PodMetrics']);
  const table = await call('GET', '/apis/metrics.k8s.io/v1beta1/nodes', undefined, { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' });
  expect(table.json.rows[0].cells).toEqual(['local', '1500m', '1048576Ki', '15s']);
});
