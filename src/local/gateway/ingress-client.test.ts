import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { expect, it, vi } from 'vitest';
import { createClient } from '../../cluster/create-client.js';
import { createInformer } from '../../cluster/create-informer.js';
import type { RunningInformer } from '../../cluster/informer.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import { portAddresses } from '../addresses/port-addresses.js';
import { createApi } from '../api/api.js';
import { memoryStore } from '../api/memory-store.js';
import { ingressClasses } from './configuration/ingress-nginx/ingress-class.js';
import { createGateway } from './gateway.js';
import { makeCertificate } from './proxy/fake-certificate.js';
import { ingress, tlsSecret } from './testing/ingresses.js';
import { endpointSlice, pod, service } from './testing/objects.js';

it('makes its IngressClass, serves Ingresses of a real API, and says by Events what it refuses', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'gateway-ingress-'));
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
      ingressNginx: { ingresses: watch(resources.ingresses), ingressClasses: watch(ingressClasses), secrets: watch(resources.secrets) },
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
    const fresh = <T extends KubernetesObject>(object: T): T => {
      const { name, labels, annotations } = object.metadata;
      return { ...object, metadata: { ...(name === undefined ? {} : { name }), namespace: 'default', ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) } };
    };
    await client.create(resources.services, fresh(service('web', { http: 9080 }, '10.96.0.30')));
    const { status, ...unborn } = pod(state);
    await client.create(resources.pods, fresh({ ...unborn, spec: { containers: [{ name: 'main', image: 'web' }] } }));
    await client.patch(resources.pods, { name: state.name, namespace: 'default' }, { kind: 'merge', body: { status } }, { subresource: 'status' });
    await client.create(resources.endpointSlices, fresh(endpointSlice('web', 'http', 9080, [state])));
    await vi.waitFor(async () => expect((await client.find(ingressClasses, { name: 'nginx' }))?.spec.controller).toBe('k8s.io/ingress-nginx'), { timeout: 10_000 });

    const { cert, key } = await makeCertificate('web', 'web.test', systemClock.now());
    await client.create(resources.secrets, fresh(tlsSecret('web-tls', cert, key)));
    const paths = [['/api(/|$)(.*)', 'web', 'ImplementationSpecific']] as const;
    await client.create(resources.ingresses, fresh(ingress('web', { host: 'web.test', paths, port: 9080, annotations: { 'rewrite-target': '/$2' } })));
    const name = { name: 'web', namespace: 'default' };
    await vi.waitFor(async () => expect((await client.get(resources.ingresses, name)).status).toEqual({ loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } }), { timeout: 10_000 });
    const get = async (path: string) => (await request(`http://127.0.0.1:${gateway.addresses.ingress['80']?.port ?? 0}${path}`, { headers: { host: 'web.test' } })).body.text();
    expect(await get('/api/a')).toBe('from v1 /a');

    await client.patch(resources.ingresses, name, { kind: 'merge', body: { metadata: { annotations: { 'nginx.ingress.kubernetes.io/configuration-snippet': 'return 200;' } } } });
    const message = 'not implemented by the local gateway: nginx.ingress.kubernetes.io/configuration-snippet';
    await vi.waitFor(async () => expect((await client.list(resources.events, { namespace: 'default' })).items).toMatchObject([{ type: 'Warning', message, involvedObject: { kind: 'Ingress', name: 'web' } }]), { timeout: 10_000 });
    expect(await get('/api/a')).toBe(`refused: Ingress default/web: ${message}`);
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
});
