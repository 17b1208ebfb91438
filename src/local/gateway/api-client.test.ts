import { request } from 'undici';
import { afterEach, expect, it, vi } from 'vitest';
import type { Gateway, GRPCRoute, HTTPRoute } from '../../kubernetes/generated/gateway-api-v1.js';
import type { ReferenceGrant } from '../../kubernetes/generated/gateway-api-v1beta1.js';
import { resources } from '../../kubernetes/resources.js';
import { systemClock } from '../../ports/clock.js';
import { ingressClasses } from './configuration/ingress-nginx/ingress-class.js';
import { makeCertificate } from './proxy/fake-certificate.js';
import { ingress, tlsSecret } from './testing/ingresses.js';
import { gatewayObject, virtualService } from './testing/objects.js';
import { startRealApi, WEB_PORT, type RealApi } from './testing/real-api.js';

let api: RealApi;
afterEach(() => api.stop());

it('follows a real API, in which the kinds of Istio come later', async () => {
  api = await startRealApi();
  await api.define('istio-crds.json');
  await api.addWeb();
  const servers = [{ hosts: ['*'], port: { number: 80, name: 'http', protocol: 'HTTP' } }];
  await api.create(resources.gateways, gatewayObject({ name: 'gw' }, { selector: { istio: 'ingressgateway' }, servers }));
  const routed = virtualService({ name: 'web' }, { hosts: ['*'], gateways: ['gw'], http: [{ route: [{ destination: { host: 'web' } }] }] });
  await api.create(resources.virtualServices, routed);

  const name = { name: 'web', namespace: 'default' };
  const statusOf = async () => (await api.client.get(resources.virtualServices, name)).status;
  await vi.waitFor(async () => expect(await statusOf()).toMatchObject({ observedGeneration: '1', conditions: [{ type: 'Reconciled', status: 'True' }] }), { timeout: 10_000 });
  const port = api.gateway.addresses.ingress['80']?.port ?? 0;
  await vi.waitFor(async () => expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('from v1 /'), { timeout: 10_000 });
  await api.client.patch(resources.virtualServices, name, { kind: 'merge', body: { spec: { http: [{ directResponse: { status: 200, body: { string: 'mine' } } }] } } });
  await vi.waitFor(async () => expect((await statusOf())?.observedGeneration).toBe('2'), { timeout: 10_000 });
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('mine');
});

it('makes its IngressClass, serves Ingresses of a real API, and says by Events what it refuses', async () => {
  api = await startRealApi((watch) => ({ ingressNginx: { ingresses: watch(resources.ingresses), ingressClasses: watch(ingressClasses), secrets: watch(resources.secrets) } }));
  await api.addWeb();
  await vi.waitFor(async () => expect((await api.client.find(ingressClasses, { name: 'nginx' }))?.spec.controller).toBe('k8s.io/ingress-nginx'), { timeout: 10_000 });

  const { cert, key } = await makeCertificate('web', 'web.test', systemClock.now());
  await api.create(resources.secrets, tlsSecret('web-tls', cert, key));
  const paths = [['/api(/|$)(.*)', 'web', 'ImplementationSpecific']] as const;
  await api.create(resources.ingresses, ingress('web', { host: 'web.test', paths, port: WEB_PORT, annotations: { 'rewrite-target': '/$2' } }));
  const name = { name: 'web', namespace: 'default' };
  await vi.waitFor(async () => expect((await api.client.get(resources.ingresses, name)).status).toEqual({ loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } }), { timeout: 10_000 });
  const get = async (path: string) => (await request(`http://127.0.0.1:${api.gateway.addresses.ingress['80']?.port ?? 0}${path}`, { headers: { host: 'web.test' } })).body.text();
  expect(await get('/api/a')).toBe('from v1 /a');

  await api.client.patch(resources.ingresses, name, { kind: 'merge', body: { metadata: { annotations: { 'nginx.ingress.kubernetes.io/configuration-snippet': 'return 200;' } } } });
  const message = 'not implemented by the local gateway: nginx.ingress.kubernetes.io/configuration-snippet';
  await vi.waitFor(async () => expect((await api.client.list(resources.events, { namespace: 'default' })).items).toMatchObject([{ type: 'Warning', message, involvedObject: { kind: 'Ingress', name: 'web' } }]), { timeout: 10_000 });
  expect(await get('/api/a')).toBe(`refused: Ingress default/web: ${message}`);
  expect(api.problems).toEqual([]);
});

it('makes its GatewayClass, programs Gateways of it and routes what HTTPRoutes say, once the kinds are there', async () => {
  api = await startRealApi((watch) => ({
    gatewayApi: {
      gatewayClasses: watch(resources.gatewayClasses),
      gateways: watch(resources.gatewayApiGateways),
      httpRoutes: watch(resources.httpRoutes),
      grpcRoutes: watch(resources.grpcRoutes),
      referenceGrants: watch(resources.referenceGrants),
      secrets: watch(resources.secrets),
      namespaces: watch(resources.namespaces),
    },
  }));
  await api.define('gateway-api-crds.json');
  await api.addWeb();
  const classOf = () => api.client.find(resources.gatewayClasses, { name: 'serin-local' });
  await vi.waitFor(async () => expect((await classOf())?.status?.conditions).toMatchObject([{ type: 'Accepted', status: 'True', observedGeneration: 1 }]), { timeout: 10_000 });
  const features = (await classOf())?.status?.supportedFeatures?.map(({ name }) => name) ?? [];
  expect(features).toContain('HTTPRoutePathRewrite');
  expect(features).toEqual([...features].sort());
  const shared: Gateway = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'shared', namespace: 'default' },
    spec: { gatewayClassName: 'serin-local', listeners: [{ name: 'http', port: 80, protocol: 'HTTP', hostname: '*.test' }] },
  };
  const route: HTTPRoute = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      parentRefs: [{ name: 'shared' }],
      hostnames: ['web.test'],
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/api' } }], filters: [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } } }], backendRefs: [{ name: 'web', port: WEB_PORT }] }],
    },
  };
  await api.client.create(resources.gatewayApiGateways, shared);
  await api.client.create(resources.httpRoutes, route);
  const name = { name: 'web', namespace: 'default' };
  await vi.waitFor(
    async () =>
      expect((await api.client.get(resources.httpRoutes, name)).status?.parents).toMatchObject([
        { controllerName: 'serin.dev/local-gateway', parentRef: { name: 'shared' }, conditions: [{ type: 'Accepted', status: 'True', reason: 'Accepted' }, { type: 'ResolvedRefs', status: 'True' }] },
      ]),
    { timeout: 10_000 },
  );
  const port = api.gateway.addresses.ingress['80']?.port ?? 0;
  const get = async (path: string): Promise<string> => {
    const { statusCode, body } = await request(`http://127.0.0.1:${port}${path}`, { headers: { host: 'web.test' } });
    return `${statusCode} ${await body.text()}`;
  };
  await vi.waitFor(
    async () =>
      expect((await api.client.get(resources.gatewayApiGateways, { name: 'shared', namespace: 'default' })).status).toMatchObject({
        addresses: [{ type: 'IPAddress', value: '127.0.0.1' }],
        conditions: [{ type: 'Accepted', status: 'True' }, { type: 'Programmed', status: 'True' }],
        listeners: [{ name: 'http', attachedRoutes: 1, supportedKinds: [{ kind: 'HTTPRoute' }, { kind: 'GRPCRoute' }], conditions: [{ type: 'Accepted', status: 'True' }, { type: 'Conflicted', status: 'False' }, { type: 'ResolvedRefs', status: 'True' }, { type: 'Programmed', status: 'True' }] }],
      }),
    { timeout: 10_000 },
  );
  expect(await get('/api/x?y=1')).toBe('200 from v1 /x?y=1');
  expect(await get('/apix')).toBe('404 ');
  const calls: GRPCRoute = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GRPCRoute',
    metadata: { name: 'calls', namespace: 'default' },
    spec: {
      parentRefs: [{ name: 'shared', sectionName: 'http' }],
      hostnames: ['calls.test'],
      rules: [{ matches: [{ method: { type: 'Exact', service: 'shop.Cart', method: 'Add' } }], backendRefs: [{ name: 'web', port: WEB_PORT }] }],
    },
  };
  await api.client.create(resources.grpcRoutes, calls);
  const grant: ReferenceGrant = {
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    kind: 'ReferenceGrant',
    metadata: { name: 'in', namespace: 'default' },
    spec: { from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'other' }], to: [{ group: '', kind: 'Service' }] },
  };
  await api.client.create(resources.referenceGrants, grant);
  const callsStatus = async () => (await api.client.get(resources.grpcRoutes, { name: 'calls', namespace: 'default' })).status?.parents;
  await vi.waitFor(async () => expect(await callsStatus()).toMatchObject([{ conditions: [{ type: 'Accepted', status: 'True' }, { type: 'ResolvedRefs', status: 'True' }] }]), { timeout: 10_000 });
  await expect(api.client.create(resources.httpRoutes, { ...route, metadata: { name: 'two', namespace: 'default' }, spec: { parentRefs: [{ name: 'shared' }, { name: 'shared' }] } })).rejects.toThrow('sectionName');
  await api.client.patch(resources.httpRoutes, name, { kind: 'merge', body: { spec: { rules: [{ backendRefs: [{ name: 'absent', port: 1 }] }] } } });
  await vi.waitFor(
    async () =>
      expect((await api.client.get(resources.httpRoutes, name)).status?.parents[0]?.conditions).toMatchObject([
        { type: 'Accepted', status: 'True', observedGeneration: 2 },
        { type: 'ResolvedRefs', status: 'False', reason: 'BackendNotFound', observedGeneration: 2 },
      ]),
    { timeout: 10_000 },
  );
  expect(await get('/')).toMatch(/^500 spec.rules\[0\].backendRefs\[0\]: there is no Service default\/absent/);
  expect(api.problems).toEqual([]);
});
