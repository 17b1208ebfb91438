import { expect, it } from 'vitest';
import { startApi } from '../../testing/local-client.js';

const CLASSES = '/apis/networking.k8s.io/v1/ingressclasses';
const INGRESSES = '/apis/networking.k8s.io/v1/namespaces/default/ingresses';
const spec = { defaultBackend: { service: { name: 'web', port: { number: 80 } } } };

it('an Ingress without a class gets the default one', async () => {
  const { call } = startApi();
  const classOf = async (name: string, annotations = {}) => (await call('POST', INGRESSES, { metadata: { name, annotations }, spec })).json.spec.ingressClassName;
  expect(await classOf('a')).toBeUndefined();
  const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' };
  await call('POST', CLASSES, { metadata: { name: 'other' }, spec: { controller: 'a.test/b' } });
  expect((await call('POST', CLASSES, { metadata: { name: 'nginx', annotations }, spec: { controller: 'k8s.io/ingress-nginx' } })).status).toBe(201);
  expect(await classOf('b')).toBe('nginx');
  expect(await classOf('c', { 'kubernetes.io/ingress.class': 'own' })).toBeUndefined();
});

it('a class names its controller, for ever', async () => {
  const { call } = startApi();
  const create = async (controller: string) => (await call('POST', CLASSES, { metadata: { name: 'x' }, spec: { controller } })).json;
  expect((await create('')).message).toContain('spec.controller: Required value');
  expect((await create('nginx')).message).toContain('must be a domain-prefixed path (such as "acme.io/foo")');
  expect((await create('k8s.io/ingress-nginx')).kind).toBe('IngressClass');
  expect((await call('PATCH', `${CLASSES}/x`, { spec: { controller: 'a.test/b' } })).json.message).toContain('field is immutable');
});

it('older versions of Ingress are not served', async () => {
  const { call } = startApi();
  expect((await call('GET', '/apis/networking.k8s.io/v1beta1/ingresses')).status).toBe(404);
  expect((await call('GET', '/apis/extensions/v1beta1/ingresses')).status).toBe(404);
});
