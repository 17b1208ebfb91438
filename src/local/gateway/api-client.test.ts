import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createClient } from '../../cluster/create-client.js';
import { createInformer } from '../../cluster/create-informer.js';
import type { RunningInformer } from '../../cluster/informer.js';
import type { CustomResourceDefinition } from '../../kubernetes/generated/apiextensions-v1.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import { portAddresses } from '../addresses/port-addresses.js';
import { createApi } from '../api/api.js';
import { memoryStore } from '../api/memory-store.js';
import { createGateway } from './gateway.js';
import { endpointSlice, gatewayObject, pod, service, virtualService } from './testing/objects.js';

const definitions = JSON.parse(readFileSync(new URL('../../kubernetes/generated/istio-crds.json', import.meta.url), 'utf8')) as CustomResourceDefinition[];

it('follows a real API, in which the kinds of Istio come later', async () => {
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
  const gateway = await createGateway({
    client,
    informers: {
      virtualServices: watch(resources.virtualServices),
      destinationRules: watch(resources.destinationRules),
      gateways: watch(resources.gateways),
      services: watch(resources.services),
      endpointSlices: watch(resources.endpointSlices),
      pods: watch(resources.pods),
    },
    clock: systemClock,
    random,
    addresses,
    stateDirectory: directory,
  });
  const state = { name: 'web-1', app: 'web', version: 'v1', address: '10.244.0.9' };
  const at = addresses.toSocketAddress(state.address, 9080);
  const program = createServer((_, response) => response.end('from v1'));
  await new Promise<void>((resolve) => program.listen(at.port, at.host, resolve));
  try {
    for (const definition of definitions) await client.create(resources.customResourceDefinitions, definition);
    const fresh = <T extends KubernetesObject>(object: T): T => ({ ...object, metadata: { name: object.metadata.name, namespace: 'default', ...(object.metadata.labels ? { labels: object.metadata.labels } : {}) } });
    await client.create(resources.services, fresh(service('web', { http: 9080 }, '10.96.0.30')));
    const { status, ...unborn } = pod(state);
    await client.create(resources.pods, fresh({ ...unborn, spec: { containers: [{ name: 'main', image: 'web' }] } }));
    await client.patch(resources.pods, { name: state.name, namespace: 'default' }, { kind: 'merge', body: { status } }, { subresource: 'status' });
    await client.create(resources.endpointSlices, fresh(endpointSlice('web', 'http', 9080, [state])));
    const servers = [{ hosts: ['*'], port: { number: 80, name: 'http', protocol: 'HTTP' } }];
    await client.create(resources.gateways, fresh(gatewayObject({ name: 'gw' }, { selector: { istio: 'ingressgateway' }, servers })));
    const routed = virtualService({ name: 'web' }, { hosts: ['*'], gateways: ['gw'], http: [{ route: [{ destination: { host: 'web' } }] }] });
    await client.create(resources.virtualServices, fresh(routed));

    const name = { name: 'web', namespace: 'default' };
    const statusOf = async () => (await client.get(resources.virtualServices, name)).status;
    await vi.waitFor(async () => expect(await statusOf()).toMatchObject({ observedGeneration: '1', conditions: [{ type: 'Reconciled', status: 'True' }] }), { timeout: 10_000 });
    const port = gateway.addresses.ingress['80']?.port ?? 0;
    await vi.waitFor(async () => expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('from v1'), { timeout: 10_000 });
    await client.patch(resources.virtualServices, name, { kind: 'merge', body: { spec: { http: [{ directResponse: { status: 200, body: { string: 'mine' } } }] } } });
    await vi.waitFor(async () => expect((await statusOf())?.observedGeneration).toBe('2'), { timeout: 10_000 });
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('mine');
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
