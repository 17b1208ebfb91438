import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oamResources, type Application } from '../../src/frontends/kubevela/application.js';
import { rolloutResource } from '../../src/frontends/kubevela/rollout-object.js';
import { resources } from '../../src/kubernetes/resources.js';
import { openAddressMap } from '../../src/local/addresses/cluster-addresses.js';
import { serinResources } from '../../src/model/resources.js';
import { systemClock } from '../../src/ports/clock.js';
import { programOnPath } from '../started/programs.js';
import { comparable, EXAMPLE, IMAGES, manifest, stateOf, states, type ApplicationState } from './application-state.js';
import { eventually, logOf, startTestCluster, type TestCluster } from './local-cluster.js';
import { shareTolerance } from './traffic.js';

const run = promisify(execFile);
const namespace = 'default';
const bookInfo = { namespace, name: 'book-info' };
const reviews = { namespace, name: 'reviews' };
const PAGES = 1500;
const kubectl = programOnPath('kubectl');

/** Loads the page again and again. @returns how many loads showed stars of which colour */
async function countStars(address: string, count: number): Promise<Record<string, number>> {
  const colours: Record<string, number> = {};
  let left = count;
  const load = async (): Promise<void> => {
    while (left-- > 0) {
      const answer = await fetch(`${address}/productpage`).catch(() => undefined);
      const page = (await answer?.text()) ?? '';
      const seen = answer?.status === 200 ? [...new Set(page.match(/color: (red|black)/g) ?? [])].map((each) => each.slice(7)).join('+') : `status ${answer?.status ?? 'none'}`;
      colours[seen] = (colours[seen] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, load));
  return colours;
}

/** Loads the page until told to stop. @returns loads that failed, by what was seen */
function watchPages(address: string): { stop(): Promise<Record<string, number>> } {
  const ending = new AbortController();
  const failures: Record<string, number> = {};
  const loading = (async () => {
    while (!ending.signal.aborted) {
      for (const [seen, count] of Object.entries(await countStars(address, 8))) if (!['red', 'black'].includes(seen)) failures[seen] = (failures[seen] ?? 0) + count;
      await systemClock.sleep(30);
    }
  })();
  return {
    async stop() {
      ending.abort();
      await loading;
      return failures;
    },
  };
}

describe('a KubeVela Application on a local cluster', () => {
  let cluster: TestCluster;
  let files: Server;
  const pages = (): string => cluster.ingress;

  beforeAll(async () => {
    cluster = await startTestCluster('--frontends=kubevela', '--images', IMAGES);
    await cluster.client.patch(resources.namespaces, { name: namespace }, { kind: 'merge', body: { metadata: { labels: { 'istio-injection': 'enabled' } } } });
    files = createServer((request, response) => {
      readFile(join(EXAMPLE, new URL(request.url ?? '/', 'http://files').pathname)).then((text) => response.end(text), () => response.writeHead(404).end());
    });
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  }, 120_000);
  afterAll(async () => {
    files?.close();
    await cluster?.stop();
  });

  const app = (): Promise<Application> => cluster.client.get(oamResources.applications, bookInfo);

  async function state(): Promise<ApplicationState> {
    return stateOf('reviews', {
      app: await cluster.client.find(oamResources.applications, bookInfo),
      deployments: (await cluster.client.list(resources.deployments, { namespace })).items,
      virtualService: await cluster.client.find(resources.virtualServices, reviews),
      destinationRule: await cluster.client.find(resources.destinationRules, reviews),
    });
  }

  /** As `kubectl apply -f` of an address, where there is a kubectl. */
  async function apply(file: string): Promise<void> {
    const address = `http://127.0.0.1:${(files.address() as AddressInfo).port}/${file}`;
    if (kubectl !== undefined) await run(kubectl, ['--kubeconfig', cluster.kubeconfig, 'apply', '-f', address]);
    else await cluster.client.apply(oamResources.applications, manifest(file), { fieldManager: 'kubectl', force: true });
  }

  async function until(wanted: Partial<ApplicationState>, seconds = 60): Promise<void> {
    let seen: ApplicationState | undefined;
    const isThere = async (): Promise<boolean> => {
      seen = await state();
      const { metadata, status } = await app();
      try {
        expect(comparable(seen, wanted)).toEqual(wanted);
        return status?.observedGeneration === metadata.generation;
      } catch {
        return false;
      }
    };
    await eventually('the state', isThere, seconds).catch(async (error: unknown) => {
      const releases = (await cluster.client.list(serinResources.releases, { namespace })).items.map(({ metadata, status }) => `${metadata.name} ${status?.phase ?? ''}: ${status?.message ?? ''}`);
      expect({ ...seen, releases, status: (await app()).status, log: await logOf(cluster, 'serin') }).toEqual(wanted);
      throw error;
    });
  }

  /** What `vela workflow resume` and `terminate` send. */
  const tell = (workflow: Record<string, unknown>): Promise<unknown> =>
    cluster.client.patch(oamResources.applications, bookInfo, { kind: 'merge', body: { status: { workflow } } }, { subresource: 'status', fieldManager: 'vela' });

  it('[S2-01] [S2-03] [S2-04] [S2-05] [S2-07] [S2-08] [S2-09] [S2-10] is deployed by one kubectl apply of an address', async () => {
    await apply('first-deploy.yaml');
    await until(states.deployed);
    const named = async (resource: (typeof resources)['services' | 'gateways' | 'deployments']): Promise<string[]> => (await cluster.client.list(resource as typeof resources.services, { namespace })).items.map(({ metadata }) => metadata.name).sort();
    expect(await named(resources.services)).toEqual(expect.arrayContaining(['details', 'productpage', 'ratings', 'reviews']));
    expect(await named(resources.deployments)).toEqual(['details', 'productpage', 'ratings', 'reviews-v1']);
    expect(await named(resources.gateways)).toEqual(['productpage']);
    const { spec } = await cluster.client.get(resources.virtualServices, { namespace, name: 'productpage' });
    expect(spec).toMatchObject({ gateways: ['productpage'], hosts: ['*'], http: [{ match: [{ uri: { exact: '/productpage' } }, { uri: { prefix: '/static' } }, { uri: { exact: '/login' } }, { uri: { prefix: '/api/v1/products' } }], route: [{ destination: { host: 'productpage', port: { number: 9080 } } }] }] });
    const pod = (await cluster.client.get(resources.deployments, { namespace, name: 'reviews-v1' })).spec.template.spec;
    expect(pod?.volumes).toEqual([{ name: 'wlp-output', emptyDir: {} }, { name: 'tmp', emptyDir: {} }]);
    expect(pod?.containers[0]?.volumeMounts).toMatchObject([{ name: 'wlp-output', mountPath: '/opt/ibm/wlp/output' }, { name: 'tmp', mountPath: '/tmp' }]);
  });

  it('[S2-06] [S2-17] names revisions, and says how each component is', async () => {
    const { status } = await app();
    expect(status?.latestRevision).toMatchObject({ name: 'book-info-v1', revision: 1 });
    expect(status?.services?.map(({ name, healthy }) => [name, healthy])).toEqual([['reviews', true], ['productpage', true], ['ratings', true], ['details', true]]);
    const revisions = (await cluster.client.list(resources.controllerRevisions, { namespace })).items;
    expect(revisions.map(({ metadata }) => metadata.name).sort()).toEqual(['details-v1', 'productpage-v1', 'ratings-v1', 'reviews-v1']);
  });

  it('[S2-11] shows the page of the first version through the ingress gateway, which is found as a Pod behind a Service', async () => {
    expect(await countStars(pages(), 50)).toEqual({ black: 50 });
    const gateway = { namespace: 'istio-system', name: 'istio-ingressgateway' };
    const service = await eventually('the Service of the gateway', () => cluster.client.find(resources.services, gateway));
    expect(service.spec).toMatchObject({ selector: { istio: 'ingressgateway' }, ports: [{ port: 80, targetPort: 8080 }] });
    const pod = await eventually('the Pod of the gateway', async () => {
      const { items } = await cluster.client.list(resources.pods, { namespace: gateway.namespace, labelSelector: 'istio=ingressgateway' });
      return items.find(({ status }) => status?.phase === 'Running');
    });
    const { host, port } = (await openAddressMap(cluster.directory)).toSocketAddress(pod.status?.podIP ?? '', 8080);
    expect(await countStars(`http://${host}:${port}`, 5)).toEqual({ black: 5 });
    const at = (await openAddressMap(cluster.directory)).toSocketAddress(service.spec.clusterIP ?? '', 80);
    await eventually('the Service leads to the gateway', async () => (await countStars(`http://${at.host}:${at.port}`, 1))['black'] === 1);
  });

  it.skipIf(kubectl === undefined)('[S2-11] is reached by kubectl port-forward to the ingress gateway', async () => {
    const forward = spawn(kubectl ?? '', ['--kubeconfig', cluster.kubeconfig, '-n', 'istio-system', 'port-forward', 'service/istio-ingressgateway', ':80'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(forward, 'close');
    try {
      let said = '';
      for (const stream of [forward.stdout, forward.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const port = await eventually('kubectl listens', async () => /127\.0\.0\.1:(\d+)/.exec(said)?.[1], 30, () => said);
      expect(await countStars(`http://127.0.0.1:${port}`, 20)).toEqual({ black: 20 });
    } finally {
      forward.kill();
      await ended;
    }
  });

  it('[S2-02] [S2-12] [S2-13] [S2-14] [S2-15] [S2-16] [S2-18] [S2-19] goes to the pause, where one page in ten is of the new version', async () => {
    const watched = watchPages(pages());
    await apply('rollout-v2.yaml');
    await until(states.suspended);
    const stars = await countStars(pages(), PAGES);
    expect(await watched.stop()).toEqual({});
    expect((stars['red'] ?? 0) + (stars['black'] ?? 0)).toBe(PAGES);
    expect(stars['red']).toBeGreaterThan(0);
    expect(Math.abs((stars['red'] ?? 0) / PAGES - 0.1)).toBeLessThan(shareTolerance(PAGES));
    const shown = (await cluster.serin('app', 'status', 'book-info')).stdout;
    for (const word of ['rollout-1st-batch', 'manual-approval', 'reviews-v1', 'reviews-v2']) expect(shown).toContain(word);
    expect(await cluster.client.get(rolloutResource, reviews)).toMatchObject({ spec: { targetRevisionName: 'reviews-v2' }, status: { rollingState: 'rollingInBatches', batchRollingState: 'batchReady', currentBatch: 0 } });
  });

  it('[S2-20] [S2-21] goes on when it is resumed, and then every page is of the new version', async () => {
    const watched = watchPages(pages());
    expect(await cluster.serin('app', 'resume', 'book-info')).toMatchObject({ code: 0 });
    await until(states.resumed);
    expect(await countStars(pages(), 200)).toEqual({ red: 200 });
    expect(await watched.stop()).toEqual({});
  });

  it('[S2-23] [S2-25] [S2-26] [S2-27] [S2-28] goes back after its end by one step, and says that the spec asks for something else', async () => {
    const watched = watchPages(pages());
    await apply('rollback.yaml');
    await until(states.rolledBack);
    expect(await countStars(pages(), 200)).toEqual({ black: 200 });
    expect(await watched.stop()).toEqual({});
    expect(JSON.stringify((await app()).status?.conditions)).toMatch(/reviews-v2.*reviews-v1/);
  });

  it('[S2-27] is black again when it is taken back twice', async () => {
    const versions = ['second', 'third'];
    for (const version of versions) {
      await cluster.client.patch(oamResources.applications, bookInfo, { kind: 'merge', body: { metadata: { annotations: { 'app.oam.dev/publishVersion': version } } } });
      await eventually('the next run', async () => (await app()).status?.workflow?.appRevision?.includes(version));
      await until(states.rolledBack);
      expect(await countStars(pages(), 100)).toEqual({ black: 100 });
    }
  });

  it('[S2-22] [S2-24] goes back while it is suspended: what was upgraded goes, the rest stays', async () => {
    await cluster.client.patch(oamResources.applications, bookInfo, { kind: 'merge', body: { metadata: { annotations: { 'app.oam.dev/publishVersion': null } } } });
    await apply('rollout-v2.yaml');
    await until(states.suspended);
    const left = (await cluster.client.list(resources.pods, { namespace, labelSelector: 'app.oam.dev/revision=reviews-v1' })).items.map(({ metadata }) => metadata.uid);
    const watched = watchPages(pages());
    await apply('rollback.yaml');
    await until(states.rolledBack);
    expect(await countStars(pages(), 200)).toEqual({ black: 200 });
    expect(await watched.stop()).toEqual({});
    const now = (await cluster.client.list(resources.pods, { namespace, labelSelector: 'app.oam.dev/revision=reviews-v1' })).items.map(({ metadata }) => metadata.uid);
    expect(now).toEqual(expect.arrayContaining(left));
  });

  it('stays as it is when its workflow is terminated, and can be taken back then', async () => {
    await apply('rollout-v2.yaml');
    await until(states.suspended);
    await tell({ terminated: true, suspend: false });
    const { steps: _, ...standing } = states.suspended;
    await until({ ...standing, phase: 'workflowTerminated' });
    await apply('rollback.yaml');
    await until(states.rolledBack);
  });

  it("[S2-09] takes the other form that is in use: expose beside canary-traffic, and a port as a number", async () => {
    const other = manifest('rollout-v2.yaml');
    const [component] = other.spec.components;
    const rollout = component?.traits?.find(({ type }) => type === 'rollout');
    if (component && rollout) component.traits = [{ type: 'expose', properties: { port: [9080] } }, rollout, { type: 'canary-traffic', properties: { port: 9080 } }];
    await cluster.client.apply(oamResources.applications, other, { fieldManager: 'kubectl', force: true });
    await until(states.suspended);
    expect((await cluster.client.get(resources.services, reviews)).spec.ports).toMatchObject([{ port: 9080, targetPort: 9080 }]);
    await tell({ suspend: false });
    await until(states.resumed);
    expect(await countStars(pages(), 100)).toEqual({ red: 100 });
  });

  it('refuses what it does not know before it touches anything, and names all of it', async () => {
    const before = await state();
    const wrong = manifest('rollout-v2.yaml');
    const [component] = wrong.spec.components;
    if (component) component.traits = [...(component.traits ?? []), { type: 'scaler', properties: { replicas: 3 } }];
    wrong.spec.workflow?.steps?.push({ name: 'more', type: 'deploy-by-magic' });
    await cluster.client.apply(oamResources.applications, wrong, { fieldManager: 'kubectl', force: true });
    const said = await eventually('it says so', async () => {
      const { metadata, status } = await app();
      return status?.observedGeneration === metadata.generation ? JSON.stringify(status) : undefined;
    });
    expect(said).toContain('scaler');
    expect(said).toContain('deploy-by-magic');
    const { replicas, routes, subsets } = await state();
    expect({ replicas, routes, subsets }).toEqual({ replicas: before.replicas, routes: before.routes, subsets: before.subsets });
  });

  it('is refused by file, line and column where it is no YAML, and where it cannot be run', async () => {
    const text = await readFile(join(EXAMPLE, 'rollback.yaml'), 'utf8');
    const folder = await mkdtemp(join(tmpdir(), 'serin-manifests-'));
    const lint = async (name: string, content: string): Promise<string> => {
      await writeFile(join(folder, name), content);
      const { code, stdout, stderr } = await cluster.serin('lint', '-f', join(folder, name));
      expect(code).not.toBe(0);
      return stdout + stderr;
    };
    try {
      // A trait that slid into the properties of the one before it.
      const lines = text.split('\n');
      const at = lines.findIndex((line) => line.trim() === '- 9080');
      const broken = [...lines.slice(0, at + 1), '          - type: rollout', ...lines.slice(at + 1)].join('\n');
      expect(await lint('broken.yaml', broken)).toMatch(new RegExp(`broken\\.yaml:(${at + 1}|${at + 2}|${at + 3}):\\d+`));
      expect(await lint('unknown.yaml', text.replace('type: canary-rollback', 'type: magic'))).toMatch(/unknown\.yaml:\d+:\d+.*magic/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('leaves Applications alone as soon as their own controller is at work, and says so', async () => {
    const lease = { namespace: 'vela-system', name: 'kubevela' };
    await cluster.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: lease.namespace }, spec: {} });
    await cluster.client.create(resources.leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: lease, spec: { holderIdentity: 'vela-core', leaseDurationSeconds: 600, renewTime: `${new Date().toISOString().slice(0, 23)}000Z` } });
    const said = await eventually('it says so', async () => ((await app()).status?.conditions ?? []).find(({ message }) => message?.includes('vela-system/kubevela')));
    expect(said.message).toContain('scale deployment kubevela-vela-core --replicas=0');
    const before = await state();
    await apply('first-deploy.yaml');
    await systemClock.sleep(3000);
    expect((await state()).replicas).toEqual(before.replicas);
    await cluster.client.delete(resources.leases, lease);
    await eventually('it is served again', async () => {
      const { metadata, status } = await app();
      return status?.observedGeneration === metadata.generation;
    });
  });
});
