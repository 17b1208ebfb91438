import { expect, it } from 'vitest';
import { startApi } from '../testing/local-client.js';

const CUSTOM = '/apis/custom.metrics.k8s.io/v1beta2/namespaces/default';
const EXTERNAL = '/apis/external.metrics.k8s.io/v1beta1/namespaces/default';
const pod = (name: string, app: string) => ({ metadata: { name, labels: { app } }, spec: { containers: [{ name: 'c', image: 'i' }] } });

it('values of Pods are read by the labels of the Pods', async () => {
  const { call } = startApi();
  for (const [name, app] of [['a1', 'a'], ['a2', 'a'], ['b', 'b']] as const) await call('POST', '/api/v1/namespaces/default/pods', pod(name, app));
  const items = ['a1', 'a2', 'b', 'gone'].map((name, index) => ({ describedObject: { name }, value: `${index + 1}` }));
  expect((await call('PUT', `${CUSTOM}/pods/*/requests`, { items })).status).toBe(200);
  const found = (await call('GET', `${CUSTOM}/pods/*/requests?labelSelector=app%3Da`)).json;
  expect(found).toMatchObject({ kind: 'MetricValueList', apiVersion: 'custom.metrics.k8s.io/v1beta2' });
  expect(found.items[0]).toMatchObject({ describedObject: { kind: 'Pod', namespace: 'default', name: 'a1', apiVersion: 'v1' }, metric: { name: 'requests' }, value: '1' });
  expect(found.items.map(({ value }: { value: string }) => value)).toEqual(['1', '2']);
  await call('PUT', `${CUSTOM}/pods/a2/requests`, { items: [{ value: '2500m' }] });
  expect((await call('GET', `${CUSTOM}/pods/a2/requests`)).json.items).toMatchObject([{ value: '2500m' }]);
  expect((await call('GET', `${CUSTOM}/pods/*/requests`)).json.items).toHaveLength(3);
  expect((await call('GET', `${CUSTOM}/pods/*/errors`)).json).toMatchObject({ code: 404, reason: 'NotFound', message: 'the server could not find the metric errors for pods' });
  expect((await call('GET', '/apis/custom.metrics.k8s.io/v1beta2')).json.resources).toMatchObject([{ name: 'pods/requests', namespaced: true, kind: 'MetricValueList', verbs: ['get'] }]);
});

it('values of several Pods that are put at the same time are all kept', async () => {
  const { call } = startApi();
  const names = ['a1', 'a2', 'a3'];
  for (const name of names) await call('POST', '/api/v1/namespaces/default/pods', pod(name, 'a'));
  await Promise.all(names.map((name) => call('PUT', `${CUSTOM}/pods/${name}/requests`, { items: [{ value: '7' }] })));
  expect((await call('GET', `${CUSTOM}/pods/*/requests`)).json.items).toHaveLength(3);
});

it('values from outside are read by their own labels', async () => {
  const { call } = startApi();
  await call('PUT', `${EXTERNAL}/queue`, { items: [{ metricLabels: { topic: 'a' }, value: 30 }, { metricLabels: { topic: 'b' }, value: '1k' }] });
  const values = async (query = '') => (await call('GET', `${EXTERNAL}/queue${query}`)).json.items.map(({ value }: { value: string }) => value);
  expect(await values()).toEqual(['30', '1k']);
  expect(await values('?labelSelector=topic%3Db')).toEqual(['1k']);
  expect((await call('GET', `${EXTERNAL}/other`)).json).toMatchObject({ kind: 'ExternalMetricValueList', items: [] });
  expect((await call('PUT', `${EXTERNAL}/queue`, { items: [{ value: 'many' }] })).json.message).toBe('items[0].value: must be a quantity');
  await call('DELETE', `${EXTERNAL}/queue`);
  expect(await values()).toEqual([]);
  expect((await call('GET', '/apis/external.metrics.k8s.io/v1beta1/namespaces/none/queue')).status).toBe(404);
});
