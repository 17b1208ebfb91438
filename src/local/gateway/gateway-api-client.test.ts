import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createClient } from '../../cluster/create-client.js';
import { createInformer } from '../../cluster/create-informer.js';
import type { RunningInformer } from '../../cluster/informer.js';
import type { CustomResourceDefinition } from '../../kubernetes/generated/apiextensions-v1.js';
import type { Gateway, GRPCRoute, HTTPRoute } from '../../kubernetes/generated/gateway-api-v1.js';
import type { ReferenceGrant } from '../../kubernetes/generated/gateway-api-v1beta1.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import { portAddresses } from '../addresses/port-addresses.js';
import { createApi } from '../api/api.js';
import { memoryStore } from '../api/memory-store.js';
import { createGateway } from './gateway.js';
import { endpointSlice, pod, service } from './testing/objects.js';

const published = (name: string): CustomResourceDefinition[] =>
  JSON.parse(readFileSync(new URL(`../../kubernetes/generated/${name}`, import.meta.url), 'utf8')) as CustomResourceDefinition[];

it('makes its GatewayClass, programs Gateways of it and routes what HTTPRoutes say, once the kinds are there', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-api-'));
  const addresses = portAddresses(join(directory, 'ports'));
  const random = seededRandom(1);
  const store = memoryStore();
  const api = createApi({ store, clock: systemClock, random });
  const client = createClient(api.transport(), { fieldManager: 'test' });
  const running: RunningInformer<KubernetesObject>[] = [];
  const watch = <T extends KubernetesObject>(resource: Resource<T>): RunningInformer<T> => {
    const informer = createInformer(client, resource, { random, backoff: { first: 20, longest: 50 } });
    running.push(informer as unknown as RunningInformer<KubernetesObject>);
    return informer;
  };
  const problems: string[] = [];
  const gateway = await createGateway({
    client,
    informers: {
      virtualServices: watch(resources.virtualServices),
      destinationRules: watch(resources.destinationRules),
      gateways: watch(resources.gateways),
      services: watch(resources.services),
      endpointSlices: watch(resources.endpointSlices),
      pods: watch(resources.pods),
      gatewayApi: {
        gatewayClasses: watch(resources.gatewayClasses),
        gateways: watch(resources.gatewayApiGateways),
        httpRoutes: watch(resources.httpRoutes),
        grpcRoutes: watch(resources.grpcRoutes),
        referenceGrants: watch(resources.referenceGrants),
        secrets: watch(resources.secrets),
        namespaces: watch(resources.namespaces),
      },
    },
    clock: systemClock,
    random,
    addresses,
    stateDirectory: directory,
    onProblem: (problem) => problems.push(problem),
  });
  const state = { name: 'web-1', app: 'web', version: 'v1', address: '10.244.0.9' };
  const at = addresses.toSocketAddress(state.address, 9080);
  const program = createServer((request, response) => response.end(`from v1 ${request.url ?? ''}`));
  await new Promise<void>((resolve) => program.listen(at.port, at.host, resolve));
  try {
    for (const definition of published('gateway-api-crds.json')) await client.create(resources.customResourceDefinitions, definition);
    const fresh = <T extends KubernetesObject>(object: T): T => ({ ...object, metadata: { name: object.metadata.name, namespace: 'default', ...(object.metadata.labels ? { labels: object.metadata.labels } : {}) } });
    await client.create(resources.services, fresh(service('web', { http: 9080 }, '10.96.0.30')));
    const { status, ...unborn } = pod(state);
    await client.create(resources.pods, fresh({ ...unborn, spec: { containers: [{ name: 'main', image: 'web' }] } }));
    await client.patch(resources.pods, { name: state.name, namespace: 'default' }, { kind: 'merge', body: { status } }, { subresource: 'status' });
    await client.create(resources.endpointSlices, fresh(endpointSlice('web', 'http', 9080, [state])));

    const classOf = () => client.find(resources.gatewayClasses, { name: 'serin-local' });
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
        rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/api' } }], filters: [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } } }], backendRefs: [{ name: 'web', port: 9080 }] }],
      },
    };
    await client.create(resources.gatewayApiGateways, shared);
    await client.create(resources.httpRoutes, route);
    const name = { name: 'web', namespace: 'default' };
    await vi.waitFor(
      async () =>
        expect((await client.get(resources.httpRoutes, name)).status?.parents).toMatchObject([
          { controllerName: 'serin.dev/local-gateway', parentRef: { name: 'shared' }, conditions: [{ type: 'Accepted', status: 'True', reason: 'Accepted' }, { type: 'ResolvedRefs', status: 'True' }] },
        ]),
      { timeout: 10_000 },
    );
    const port = gateway.addresses.ingress['80']?.port ?? 0;
    const get = (path: string) =>
      new Promise<string>((resolve, reject) => {
        const request = httpRequest({ host: '127.0.0.1', port, path, headers: { host: 'web.test' } }, (response) => {
          let text = `${response.statusCode ?? 0} `;
          response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text));
        });
        request.on('error', reject).end();
      });
    await vi.waitFor(
      async () =>
        expect((await client.get(resources.gatewayApiGateways, { name: 'shared', namespace: 'default' })).status).toMatchObject({
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
        rules: [{ matches: [{ method: { type: 'Exact', service: 'shop.Cart', method: 'Add' } }], backendRefs: [{ name: 'web', port: 9080 }] }],
      },
    };
    await client.create(resources.grpcRoutes, calls);
    const grant: ReferenceGrant = {
      apiVersion: 'gateway.networking.k8s.io/v1beta1',
      kind: 'ReferenceGrant',
      metadata: { name: 'in', namespace: 'default' },
      spec: { from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'other' }], to: [{ group: '', kind: 'Service' }] },
    };
    await client.create(resources.referenceGrants, grant);
    const callsStatus = async () => (await client.get(resources.grpcRoutes, { name: 'calls', namespace: 'default' })).status?.parents;
    await vi.waitFor(async () => expect(await callsStatus()).toMatchObject([{ conditions: [{ type: 'Accepted', status: 'True' }, { type: 'ResolvedRefs', status: 'True' }] }]), { timeout: 10_000 });
    await expect(client.create(resources.httpRoutes, { ...route, metadata: { name: 'two', namespace: 'default' }, spec: { parentRefs: [{ name: 'shared' }, { name: 'shared' }] } })).rejects.toThrow('sectionName');
    await client.patch(resources.httpRoutes, name, { kind: 'merge', body: { spec: { rules: [{ backendRefs: [{ name: 'absent', port: 1 }] }] } } });
    await vi.waitFor(
      async () =>
        expect((await client.get(resources.httpRoutes, name)).status?.parents[0]?.conditions).toMatchObject([
          { type: 'Accepted', status: 'True', observedGeneration: 2 },
          { type: 'ResolvedRefs', status: 'False', reason: 'BackendNotFound', observedGeneration: 2 },
        ]),
      { timeout: 10_000 },
    );
    expect(await get('/')).toMatch(/^500 spec.rules\[0\].backendRefs\[0\]: there is no Service default\/absent/);
    expect(problems).toEqual([]);
  } finally {
    await gateway.stop(500);
    await Promise.all(running.map((informer) => informer.stop()));
    program.closeAllConnections();
    program.close();
    await api.close();
    await store.close();
    await rm(directory, { recursive: true, force: true });
  }
}, 30_000);
