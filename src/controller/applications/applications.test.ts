import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from '../../cluster/create-client.js';
import type { ClusterClient } from '../../cluster/client.js';
import { localCluster, type LocalCluster } from '../../cluster/testing/local-cluster.js';
import type { advanceApplication, ApplicationDecision, ApplicationObservation } from '../../frontends/kubevela/advance.js';
import { oamResources, type Application } from '../../frontends/kubevela/application.js';
import { rolloutResource } from '../../frontends/kubevela/rollout-object.js';
import type { ApplicationStatus } from '../../frontends/kubevela/status.js';
import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import type { CustomResourceDefinition } from '../../kubernetes/generated/apiextensions-v1.js';
import type { VirtualService } from '../../kubernetes/generated/istio-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { controllerReference } from '../../kubernetes/owners.js';
import { resources } from '../../kubernetes/resources.js';
import { describe as inWords } from '../../model/messages.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { API_VERSION, serinResources } from '../../model/resources.js';
import { seededRandom } from '../../ports/random.js';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { createClusterCaches, type ClusterCaches } from '../cluster-caches.js';
import { Conflicts } from '../conflicts.js';
import type { FrontendLoop } from '../frontend-loop.js';
import type { GateQuestion } from '../gates.js';
import { install } from '../installation.js';
import type { Informer } from '../../cluster/informer.js';
import { startApplications } from './applications.js';

const at = { namespace: 'default', name: 'shop' };
const nothing: ApplicationDecision = { status: {}, apply: [], remove: [], commands: [], calls: [], events: [], lookAgainAt: undefined };

describe('the loop over Applications', () => {
  let clock: VirtualClock;
  let cluster: LocalCluster;
  let client: ClusterClient;
  let caches: ClusterCaches;
  let loop: FrontendLoop;
  let stopping: AbortController;
  let leads: boolean;
  let errors: string[];
  let told: string[];
  let writes: string[];
  let sent: GateQuestion[];
  let observed: ApplicationObservation[];
  let decide: (app: Application, observation: ApplicationObservation) => Partial<ApplicationDecision>;

  const until = async (what: string, condition: () => Promise<boolean> | boolean): Promise<void> => {
    for (let turn = 0; turn < 300; turn++) {
      if (await run(async () => condition())) return;
      await clock.advance(100);
    }
    throw new Error(`not in time: ${what}; ${errors.join('; ')}`);
  };
  /** Virtual time goes on only when the work waits for it. */
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    let ended = false;
    const result = work().finally(() => (ended = true));
    result.catch(() => undefined);
    for (let turn = 0; !ended; turn++) {
      if (turn > 2000) throw new Error(`it does not end: ${work.toString()}; ${errors.join('; ')}`);
      await clock.advance(turn < 25 ? 0 : 100);
    }
    return result;
  };
  const read = <T extends KubernetesObject>(resource: Parameters<ClusterClient['find']>[0] & { readonly _type?: T }, name: string): Promise<T | undefined> => run(() => client.find(resource, { namespace: 'default', name }) as unknown as Promise<T | undefined>);

  beforeEach(async () => {
    clock = new VirtualClock();
    cluster = localCluster(clock);
    client = createClient(cluster.transport, { fieldManager: 'test', clock, random: seededRandom(1) });
    stopping = new AbortController();
    setMaxListeners(100, stopping.signal);
    [leads, errors, told, sent, observed, writes] = [true, [], [], [], [], []];
    decide = () => ({});
    await run(async () => {
      const istio = JSON.parse(readFileSync(new URL('../../kubernetes/generated/istio-crds.json', import.meta.url), 'utf8')) as CustomResourceDefinition[];
      for (const definition of istio) await client.create(resources.customResourceDefinitions, definition);
      await install(client, clock, stopping.signal, ['kubevela']);
    });
    const seen: Informer<KubernetesObject>[] = [];
    let isStarted = false;
    const random = seededRandom(2);
    const own = createClient(cluster.transport, { fieldManager: 'serin', clock, random });
    const onError = (error: Error): void => void errors.push(error.message);
    caches = createClusterCaches({
      client: own, clock, random, signal: stopping.signal, onError, onPausingLost: () => undefined, onSeen: () => undefined,
      // Some are started later.
      watch(informer) {
        seen.push(informer as unknown as Informer<KubernetesObject>);
        if (isStarted) loop.watch(informer);
      },
    });
    const advance: typeof advanceApplication = (app, observation) => {
      observed.push(observation);
      return { ...nothing, status: app.status ?? {}, ...decide(app, observation) };
    };
    loop = startApplications({
      writing: { client: own, leadership: { mayWrite: () => leads, epoch: () => 1 }, faults: { reach: (boundary) => Promise.resolve(void writes.push(boundary)) }, conflicts: new Conflicts(random) },
      caches, client: own, clock, random, withoutConfig: false, onError,
      signal: stopping.signal,
      events: { record: (_, what) => void told.push(inWords(what)), note: () => undefined },
      call: (question) => {
        sent.push(question);
        return Promise.resolve({ status: 200, text: '' });
      },
    }, advance);
    for (const informer of seen) loop.watch(informer);
    isStarted = true;
    await run(async () => {
      await caches.untilSynced();
      await loop.untilReady();
    });
  });
  afterEach(async () => {
    stopping.abort();
    await run(() => Promise.all([loop.stop(), caches.stop()]));
    await cluster.close();
  });

  const create = (): Promise<Application> => run(() => client.create(oamResources.applications, { apiVersion: 'core.oam.dev/v1beta1', kind: 'Application', metadata: { ...at }, spec: { components: [{ name: 'web', type: 'webservice' }] } }));
  const mine = (app: Application, name: string): KubernetesObject['metadata'] => ({ name, namespace: 'default', labels: { 'app.oam.dev/name': 'shop' }, ownerReferences: [controllerReference(app)] });
  const service = (app: Application, port = 80): KubernetesObject => ({ apiVersion: 'v1', kind: 'Service', metadata: mine(app, 'web'), spec: { selector: { app: 'web' }, ports: [{ port, targetPort: port }] } }) as KubernetesObject;
  const route = (app: Application, host = 'web'): VirtualService => ({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: mine(app, 'web'), spec: { hosts: [host], http: [{ route: [{ destination: { host: 'web' } }] }] } });
  const deployment = (app: Application): Deployment => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: mine(app, 'web-v1'), spec: { selector: { matchLabels: { app: 'web' } }, template: { metadata: { name: '', labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:v1' }] } } } });
  const policy = (app: Application): ReleasePolicy => ({
    apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: mine(app, 'web'),
    spec: { workload: { versions: { list: [{ deployment: 'web-v1' }], want: 'web-v1' } }, service: 'web', router: { istio: { virtualServices: [{ name: 'web' }] } }, strategy: { rolling: { batches: ['100%'] } } },
  });
  const phase = (status: string): ApplicationStatus => ({ status }) as ApplicationStatus;

  it('writes the status first, and once; then applies, and rests', async () => {
    decide = (app) => ({ status: phase('running'), apply: [service(app)] });
    await create();
    await until('the Service is there', async () => (await client.find(resources.services, { namespace: 'default', name: 'web' })) !== undefined);
    expect((await read(oamResources.applications, 'shop'))?.status).toEqual({ status: 'running' });
    const passes = observed.length;
    for (let turn = 0; turn < 50; turn++) await clock.advance(1000);
    expect(observed.length - passes).toBeLessThan(4);
    expect(writes.filter((boundary) => boundary.endsWith('.after'))).toEqual(['controller.application.status.after', 'controller.application.apply.after']);
    expect(errors).toEqual([]);
  });

  it('puts back what somebody deletes or changes, and leaves what somebody adds', async () => {
    decide = (app) => ({ apply: [service(app)] });
    await create();
    const ports = async (): Promise<unknown> => (await client.find(resources.services, { namespace: 'default', name: 'web' }))?.spec.ports?.[0]?.targetPort;
    await until('the Service is there', async () => (await ports()) === 80);
    await run(() => client.delete(resources.services, { namespace: 'default', name: 'web' }));
    await until('it is there again', async () => (await ports()) === 80);
    await run(() => client.patch(resources.services, { namespace: 'default', name: 'web' }, { kind: 'merge', body: { metadata: { labels: { more: 'x' } }, spec: { ports: [{ port: 80, targetPort: 81 }] } } }));
    await until('it is put back', async () => (await ports()) === 80);
    expect((await read(resources.services, 'web'))?.metadata.labels).toMatchObject({ more: 'x' });
  });

  it('keeps off objects that belong to nobody here, and says so in the status', async () => {
    await run(() => client.create(resources.services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec: { ports: [{ port: 1 }] } }));
    decide = (app) => ({ apply: [service(app)] });
    await create();
    const refused = async (): Promise<string | undefined> => (await client.get(oamResources.applications, at)).status?.conditions?.find(({ type }) => type === 'Applied')?.message;
    await until('it says so', async () => (await refused())?.includes('Service web is there already') === true);
    expect((await read(resources.services, 'web'))?.spec.ports?.[0]?.port).toBe(1);
    expect(told.filter((text) => text.includes('does not belong to this Application'))).toHaveLength(1);
    await run(() => client.delete(resources.services, { namespace: 'default', name: 'web' }));
    await until('it is applied', async () => (await client.find(resources.services, { namespace: 'default', name: 'web' }))?.spec.ports?.[0]?.port === 80);
    await until('nothing is refused any more', async () => (await refused()) === undefined);
    expect(errors).toEqual([]);
  });

  it('leaves sizes and routes to the policy that has them', async () => {
    let host = 'web';
    decide = (app) => ({ apply: [service(app), route(app, host), deployment(app), policy(app)] });
    await create();
    await until('all is there', async () => (await client.find(serinResources.releasePolicies, { namespace: 'default', name: 'web' })) !== undefined);
    expect((await read(resources.deployments, 'web-v1'))?.spec.replicas).toBe(0);
    const http = [{ route: [{ destination: { host: 'web', subset: 'web-v1' }, weight: 100 }] }];
    await run(() => client.patch(resources.deployments, { namespace: 'default', name: 'web-v1' }, { kind: 'merge', body: { spec: { replicas: 3 } } }));
    await run(() => client.patch(resources.virtualServices, { namespace: 'default', name: 'web' }, { kind: 'merge', body: { spec: { http } } }));
    host = 'web.example.com';
    await run(() => client.patch(oamResources.applications, at, { kind: 'merge', body: { metadata: { labels: { look: 'again' } } } }));
    await until('the host is another', async () => (await client.get(resources.virtualServices, { namespace: 'default', name: 'web' })).spec.hosts?.[0] === host);
    expect((await read(resources.virtualServices, 'web'))?.spec.http).toEqual(http);
    expect((await read(resources.deployments, 'web-v1'))?.spec.replicas).toBe(3);
  });

  it('writes the status of a Rollout beside it', async () => {
    decide = (app) => ({ apply: [{ apiVersion: 'standard.oam.dev/v1alpha1', kind: 'Rollout', metadata: mine(app, 'web'), spec: { targetRevisionName: 'web-v1', rolloutPlan: { targetSize: 2 } }, status: { rollingState: 'rolloutSucceed' } } as KubernetesObject] });
    await create();
    await until('it says how far it is', async () => Reflect.get((await client.find(rolloutResource, { namespace: 'default', name: 'web' })) ?? {}, 'status') !== undefined);
    expect(await read(rolloutResource, 'web')).toMatchObject({ spec: { targetRevisionName: 'web-v1' }, status: { rollingState: 'rolloutSucceed' } });
  });

  it('removes what is not wanted any more, and nothing of others', async () => {
    const app = await create();
    await run(() => client.create(resources.services, service(app) as never));
    await run(() => client.create(resources.services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'other', namespace: 'default' }, spec: { ports: [{ port: 1 }] } }));
    decide = () => ({ remove: ['web', 'other', 'none'].map((name) => ({ resource: resources.services as never, name })) });
    await run(() => client.patch(oamResources.applications, at, { kind: 'merge', body: { metadata: { labels: { look: 'again' } } } }));
    await until('it is gone', async () => (await client.find(resources.services, { namespace: 'default', name: 'web' })) === undefined);
    expect(await read(resources.services, 'other')).toBeDefined();
    expect(errors).toEqual([]);
  });

  it('sends a call only when its decision is on record, and hands its answer on', async () => {
    decide = (app, { answers }) => {
      if (app.status?.status === 'running' || answers.get('one')?.succeeded) return { status: phase('running') };
      return { status: phase('runningWorkflow'), calls: [{ key: 'one', type: 'webhook', properties: { url: { value: 'http://hook.test/' } } }] };
    };
    await create();
    await until('the answer is seen', async () => (await client.get(oamResources.applications, at)).status?.status === 'running');
    expect(sent).toMatchObject([{ idempotencyKey: 'one', body: { metadata: { name: 'shop' }, status: { status: 'runningWorkflow' } } }]);
  });

  it('does nothing without the lead, and nothing but saying so beside another controller', async () => {
    leads = false;
    await create();
    for (let turn = 0; turn < 50; turn++) await clock.advance(100);
    expect(observed).toEqual([]);
    leads = true;
    decide = (app, { otherController }) => ({ status: phase(otherController === undefined ? 'running' : 'starting'), apply: [service(app)] });
    await run(() => client.patch(oamResources.applications, at, { kind: 'merge', body: { status: { status: 'rendering' } } }, { subresource: 'status', fieldManager: 'vela-core' }));
    await until('it says so', async () => (await client.get(oamResources.applications, at)).status?.status === 'starting');
    expect(observed.at(-1)?.otherController).toContain('vela-core wrote the status');
    // Once: the other one writes over it as it likes.
    await run(() => client.patch(oamResources.applications, at, { kind: 'merge', body: { metadata: { labels: { look: 'again' } } } }));
    for (let turn = 0; turn < 50; turn++) await clock.advance(100);
    const looks = observed.length;
    expect(looks).toBeLessThan(3);
    expect(await read(resources.services, 'web')).toBeUndefined();
    await clock.advance(300_000);
    await until('it is served', async () => (await client.find(resources.services, { namespace: 'default', name: 'web' })) !== undefined);
  });
});
