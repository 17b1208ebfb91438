import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { resources } from '../../src/kubernetes/resources.js';
import type { PolicySpec, ReleasePolicy } from '../../src/model/release-policy.js';
import { API_VERSION, serinResources } from '../../src/model/resources.js';
import { systemClock } from '../../src/ports/clock.js';
import { eventually, startTestCluster, type TestCluster } from './local-cluster.js';
import { PolicyWatch } from './policy-watch.js';
import { ask, askMany, countAnswers, shareError, startUsers, type WebAnswer } from './web-requests.js';

const images = join(import.meta.dirname, '../../examples/webapp/images.json');
const image = (version: string): string => `registry.example.com/webapp:${version}-slow`;
const labels = { app: 'shop' };
const REQUESTS = 600;

/** The release as it is described wherever it runs; only the router says where. */
const description: Omit<PolicySpec, 'router'> = {
  workload: { deployment: 'shop' }, service: 'shop', drain: '1s',
  strategy: { canary: { steps: [{ weight: 20 }, { pause: {} }, { weight: 60 }, { pause: {} }, { weight: 100 }] } },
};

interface Environment {
  /** The capabilities that it shows. */
  readonly ids: string;
  readonly namespace: string;
  readonly host: string;
  readonly router: NonNullable<PolicySpec['router']>;
  readonly route: object;
}

const environments: readonly Environment[] = [
  {
    ids: '[S0-05] [S0-06] [S0-19] [S0-20]', namespace: 'mesh', host: 'mesh.example.com', router: { istio: {} },
    route: {
      apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'shop' },
      spec: { hosts: ['mesh.example.com'], gateways: ['shop'], http: [{ route: [{ destination: { host: 'shop' } }] }] },
    },
  },
  {
    ids: '[S0-07] [S0-19] [S0-20]', namespace: 'plain', host: 'plain.example.com', router: { ingressNginx: { settleSeconds: 1 } },
    route: {
      apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'shop' },
      spec: { ingressClassName: 'nginx', rules: [{ host: 'plain.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'shop', port: { number: 80 } } } }] } }] },
    },
  },
];

const program = [
  {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'shop' },
    spec: {
      replicas: 3, selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'shop', image: image('v1'), ports: [{ name: 'http', containerPort: 8080 }], readinessProbe: { httpGet: { path: '/actuator/health', port: 'http' }, periodSeconds: 1 } }] },
      },
    },
  },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'shop' }, spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } },
];
const gateway = {
  apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'shop' },
  spec: { selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['mesh.example.com'] }] },
};

describe('one release description in several environments', () => {
  let cluster: TestCluster;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'serin-environments-'));
    cluster = await startTestCluster('--images', images);
  }, 120_000);
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function apply(namespace: string, ...objects: readonly object[]): Promise<{ code: number; stderr: string }> {
    const file = join(folder, `${namespace}.yaml`);
    await writeFile(file, objects.map((object) => stringify(object)).join('---\n'));
    return cluster.serin('apply', '-n', namespace, '-f', file);
  }
  async function serin(...args: string[]): Promise<void> {
    const { code, stderr } = await cluster.serin(...args);
    expect(code, stderr).toBe(0);
  }
  const policyFor = (router: Environment['router']): Omit<ReleasePolicy, 'metadata'> & { metadata: { name: string } } => ({ apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: { name: 'shop' }, spec: { ...description, router } });
  /** Ready Pods of the new version, which the release owns. */
  async function readyCanaryPods(namespace: string): Promise<number> {
    const { items } = await cluster.client.list(resources.replicaSets, { namespace });
    return items.filter(({ spec }) => spec.template?.spec?.containers[0]?.image === image('v2')).reduce((sum, { status }) => sum + (status?.readyReplicas ?? 0), 0);
  }

  /** Looks again and again whether the share ever runs ahead of the Pods that carry it, until told to stop. */
  function watchReadiness(namespace: string): { stop(): Promise<{ early: string[]; seen: number[] }> } {
    const early: string[] = [];
    const seen = new Set<number>();
    let going = true;
    const done = (async () => {
      for (; going; await systemClock.sleep(100)) {
        const release = await cluster.client.find(serinResources.releases, { namespace, name: 'shop-1' });
        const share = release?.status?.shares?.written?.canary ?? 0;
        const ready = await readyCanaryPods(namespace);
        if (release?.status?.phase !== 'Progressing') continue;
        seen.add(share);
        if (ready < Math.ceil((share * 3) / 1000)) early.push(`${share} per mille with ${ready} ready Pods`);
      }
    })();
    return {
      async stop() {
        going = false;
        await done;
        return { early, seen: [...seen].sort((a, b) => a - b) };
      },
    };
  }

  it.concurrent.each(environments.map((each) => [`${each.ids} raises the share step by step as Pods get ready: ${each.namespace}`, each] as const))('%s', async (_title, { namespace, host, router, route }) => {
    await cluster.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { 'istio-injection': 'enabled' } }, spec: {} });
    const { code, stderr } = await apply(namespace, ...program, ...(router.istio ? [gateway] : []), route, policyFor(router));
    expect(code, stderr).toBe(0);
    const policy = new PolicyWatch(cluster, namespace, 'shop');
    await eventually('the first version answers', async () => (await policy.ready('shop')) === 3 && (await ask(cluster.ingress, { host })).status === 200);
    await policy.atRest();
    const readiness = watchReadiness(namespace);
    const users = startUsers(cluster.ingress, { host }, 50);
    await cluster.client.patch(resources.deployments, { namespace, name: 'shop' }, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'shop', image: image('v2') }] } } } } });
    for (const [index, share] of [[1, 0.2], [3, 0.6]] as const) {
      await policy.pausesAt(1, index);
      let answers: WebAnswer[] = [];
      // On a busy machine the gateway may have a route later than it was given to settle.
      await eventually(`the new version has ${share} of the requests`, async () => {
        answers = await askMany(cluster.ingress, { host }, REQUESTS);
        return shareError(answers, 'v2', 'v1', share) < 1;
      }, 20, () => JSON.stringify(countAnswers(answers)));
      await serin('promote', 'shop', '-n', namespace);
    }
    expect((await policy.ended(1)).status?.phase).toBe('Completed');
    const { early, seen } = await readiness.stop();
    expect(early).toEqual([]);
    expect(seen).toEqual(expect.arrayContaining([0, 200, 600]));
    expect((await users.stop()).failed).toBe(0);
    expect(countAnswers(await askMany(cluster.ingress, { host }, 40))).toEqual({ v2: 40 });
  });

  it('[S0-04] says what is missing where the mesh is not there, and takes the same description without it', async () => {
    await eventually('the releases are over', async () => (await cluster.client.get(serinResources.releasePolicies, { namespace: 'mesh', name: 'shop' })).status?.phase === 'Resting');
    await cluster.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bare' }, spec: {} });
    const [mesh, plain] = environments;
    if (!mesh || !plain) throw new Error('there are no environments');
    expect((await apply('bare', ...program, plain.route)).code).toBe(0);
    const unrouted = await apply('bare', policyFor(mesh.router));
    expect(unrouted.code).toBe(1);
    expect(unrouted.stderr).toMatch(/no VirtualService of this namespace has an http route to it\.\s+Create one: spec \{hosts: \[shop\]/);
    for (const plural of ['virtualservices', 'destinationrules']) await cluster.client.delete(resources.customResourceDefinitions, { name: `${plural}.networking.istio.io` });
    const refused = await eventually('the kinds are gone', async () => {
      const result = await apply('bare', policyFor(mesh.router));
      return result.stderr.includes('CRD') && result;
    });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/CRD virtualservices\.networking\.istio\.io is missing.*\s+Install Istio 1\.22 or later \(or its CRDs\), or choose another router\./);
    expect((await apply('bare', policyFor(plain.router))).code).toBe(0);
  });
});
