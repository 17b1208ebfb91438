import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../../src/kubernetes/resources.js';
import { eventually, startTestCluster, type TestCluster } from './local-cluster.js';
import { PolicyWatch } from './policy-watch.js';
import { ask, askMany, countAnswers, shareError, startUsers } from './web-requests.js';

const FOLDER = join(import.meta.dirname, '../../examples/webapp');
const file = (name: string): string => join(FOLDER, name);
const namespace = 'default';
const host = 'webapp.example.com';
const REQUESTS = 800;

describe('versions of a web application behind ingress-nginx, without a mesh', () => {
  let cluster: TestCluster;
  let policy: PolicyWatch;
  beforeAll(async () => {
    cluster = await startTestCluster('--images', file('images.json'));
    policy = new PolicyWatch(cluster, namespace, 'webapp');
  }, 120_000);
  afterAll(() => cluster?.stop());

  async function apply(...names: string[]): Promise<void> {
    const { code, stderr } = await cluster.serin('apply', ...names.flatMap((name) => ['-f', file(name)]));
    expect(code, stderr).toBe(0);
  }
  const serin = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cluster.serin(...args);
    expect(code, stderr).toBe(0);
    return stdout;
  };
  /** Which version answers for each cookie. */
  const versionsFor = (cookies: readonly (string | undefined)[]): Promise<(readonly [string | undefined, string])[]> =>
    Promise.all(cookies.map(async (cookie) => [cookie, (await ask(cluster.ingress, { host, ...(cookie === undefined ? {} : { cookie }) })).version] as const));
  const annotations = async (name: string): Promise<Readonly<Record<string, string>>> => {
    const ingress = await cluster.client.find(resources.ingresses, { namespace, name });
    return Object.fromEntries(Object.entries(ingress?.metadata.annotations ?? {}).map(([key, value]) => [key.replace('nginx.ingress.kubernetes.io/', ''), value]));
  };

  it('[S0-08] [S0-09] runs the first version behind a Service and an Ingress of the present API', async () => {
    await apply('webapp-v1.yaml', 'ingress.yaml');
    await eventually('three Pods are ready', async () => (await policy.ready('webapp-v1')) === 3);
    const { metadata, spec } = await cluster.client.get(resources.deployments, { namespace, name: 'webapp-v1' });
    expect([metadata.labels, spec.template.metadata?.labels]).toEqual(Array(2).fill({ app: 'webapp', version: 'v1' }));
    expect(spec.template.spec?.containers[0]).toMatchObject({ imagePullPolicy: 'Always', ports: [{ containerPort: 8080 }] });
    expect((await cluster.client.get(resources.services, { namespace, name: 'webapp-v1' })).spec?.ports).toMatchObject([{ port: 80, targetPort: 8080 }]);
    expect((await cluster.client.get(resources.ingresses, { namespace, name: 'webapp' })).apiVersion).toBe('networking.k8s.io/v1');
    await eventually('the Ingress is served', async () => (await ask(cluster.ingress, { host })).status === 200);
    expect(await ask(cluster.ingress, { host, path: '/shop?all' })).toMatchObject({ status: 200, body: { version: 'v1', path: '/shop?all' } });
  });

  it('[S0-09] refuses an Ingress of an API that is gone, and says how it is written today', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'serin-old-ingress-'));
    try {
      const old = join(folder, 'ingress.yaml');
      const text = await readFile(file('ingress.yaml'), 'utf8');
      await writeFile(old, text.replace('networking.k8s.io/v1', 'networking.k8s.io/v1beta1').replace(/backend:[^]*$/, 'backend:\n              serviceName: webapp-v1\n              servicePort: 80\n'));
      const { code, stdout, stderr } = await cluster.serin('lint', ...['webapp-v1.yaml', 'webapp-v2.yaml', 'policy.yaml'].flatMap((name) => ['-f', file(name)]), '-f', old);
      expect(code).toBe(1);
      expect(stdout + stderr).toMatch(/written for networking\.k8s\.io\/v1beta1, which Kubernetes has not served since 1\.22\.\s+Write networking\.k8s\.io\/v1, with pathType in each path and backend: \{service:/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('[S0-16] [S0-17] raises the share of the second version by its number of Pods, by hand and by a release', async () => {
    const affinity = 'webapp-affinity.example.com';
    const share = async (wanted: number): Promise<number> => shareError(await askMany(cluster.ingress, { host: affinity }, REQUESTS), 'v2', 'v1', wanted);
    const scale = (replicas: number): Promise<unknown> =>
      cluster.client.patch(resources.deployments, { namespace, name: 'webapp-v2' }, { kind: 'merge', body: { spec: { replicas } } }, { subresource: 'scale' });
    await apply('webapp-v2.yaml', 'ingress-affinity.yaml');
    const oneAnswers = async (): Promise<boolean> => countAnswers(await askMany(cluster.ingress, { host: affinity }, 40))['v2'] !== undefined;
    await eventually('the fourth Pod takes requests', oneAnswers);
    expect(await share(0.25)).toBeLessThan(1);
    await scale(3);
    await eventually('two more are ready', async () => (await policy.ready('webapp-v2')) === 3);
    await eventually('half of the Pods take half of the requests', async () => (await share(0.5)) < 1, 5);
    await scale(0);
    await eventually('the old version is alone', async () => countAnswers(await askMany(cluster.ingress, { host: affinity }, 50))['v1'] === 50);

    await apply('policy-by-pods.yaml');
    await policy.atRest();
    await policy.want('webapp-v2');
    await policy.pausesAt(1, 1);
    expect([await policy.ready('webapp-v1'), await policy.ready('webapp-v2')]).toEqual([3, 1]);
    expect(await share(0.25)).toBeLessThan(1);
    await serin('promote', 'webapp');
    await policy.pausesAt(1, 3);
    expect([await policy.ready('webapp-v1'), await policy.ready('webapp-v2')]).toEqual([3, 3]);
    expect(await share(0.5)).toBeLessThan(1);
  });

  it('[S0-14] keeps the annotations of an Ingress, and browsers with the version that they met, whatever the shares become', async () => {
    const affinity = 'webapp-affinity.example.com';
    const first = await askMany(cluster.ingress, { host: affinity, path: '/shop' }, 20);
    // A rewriting to the path itself changes nothing.
    expect(new Set(first.map(({ body }) => body.path))).toEqual(new Set(['/shop']));
    const browser = (version: string): string => first.find((answer) => answer.version === version)?.cookies.find((each) => each.startsWith('WEBAPPROUTE=')) ?? '';
    const cookies = { v1: browser('v1'), v2: browser('v2') };
    expect(cookies.v1).not.toBe(cookies.v2);
    for (const [version, cookie] of Object.entries(cookies)) expect(countAnswers(await askMany(cluster.ingress, { host: affinity, cookie }, 30))).toEqual({ [version]: 30 });
    await serin('abort', 'webapp');
    await policy.ended(1);
    expect(countAnswers(await askMany(cluster.ingress, { host: affinity, cookie: cookies.v1 }, 30))).toEqual({ v1: 30 });
    expect(countAnswers(await askMany(cluster.ingress, { host: affinity, cookie: cookies.v2 }, 30))).toEqual({ v1: 30 });
    expect(await annotations('webapp-affinity')).toMatchObject({ 'rewrite-target': '/', affinity: 'cookie', 'affinity-mode': 'persistent' });
    await serin('eject', 'webapp');
  });

  it('[S0-07] [S0-16] takes the second Deployment beside the first under a policy, and users notice nothing', async () => {
    await apply('policy.yaml');
    await policy.atRest();
    expect(countAnswers(await askMany(cluster.ingress, { host }, 100))).toEqual({ v1: 100 });
    expect((await cluster.client.list(resources.virtualServices, { namespace })).items).toEqual([]);
  });

  it('[S0-12] gives the new version to browsers that ask for it by a cookie', async () => {
    await policy.want('webapp-v2');
    await policy.pausesAt(1, 1);
    expect(await annotations('webapp-serin-canary')).toMatchObject({ canary: 'true', 'canary-by-cookie': 'canary', 'canary-weight': '0' });
    const expected = [[undefined, 'v1'], ['canary=always', 'v2'], ['canary=never', 'v1'], ['canary=v2', 'v1']] as const;
    expect(await versionsFor(expected.map(([cookie]) => cookie))).toEqual(expected);
  });

  it('[S0-13] [S0-18] tells versions apart by the value of a cookie, and explains which one a browser gets', async () => {
    await serin('promote', 'webapp');
    await policy.pausesAt(1, 3);
    const expected = [
      [undefined, 'v1'], ['version=v2', 'v2'], ['a=1; version=v2', 'v2'], ['version=v2; a=1', 'v2'],
      ['version=v1', 'v1'], ['version=v20', 'v1'], ['my-version=v2', 'v1'], ['canary=always', 'v1'],
    ] as const;
    expect(await versionsFor(expected.map(([cookie]) => cookie))).toEqual(expected);
    const [ours, others] = await Promise.all(['version=v2', 'version=v1'].map((cookie) => serin('explain', 'webapp', '--cookie', cookie)));
    expect(ours).toMatch(/A request with cookie version=v2\n {2}gets .*webapp-v2.*it matches cookie version=v2\./);
    expect(others).toMatch(/A request with cookie version=v1\n {2}gets .*webapp-v1.*matches none/);
  });

  it('[S0-01] [S0-03] [S0-15] gives both versions their weights under one rule, and shows the release as stages', async () => {
    await serin('promote', 'webapp');
    await policy.pausesAt(1, 5);
    const answers = await askMany(cluster.ingress, { host }, REQUESTS);
    expect(shareError(answers, 'v2', 'v1', 0.3), JSON.stringify(countAnswers(answers))).toBeLessThan(1);
    expect((await annotations('webapp-serin-canary'))['canary-weight']).toBe('300');
    expect(await versionsFor(['version=v2', 'a=1; version=v2'])).toEqual([['version=v2', 'v2'], ['a=1; version=v2', 'v2']]);
    const status = await serin('status', 'webapp');
    const stages = ['cookie canary=always', 'cookie version=v2', '30 %', '100 %'].map((text) => status.indexOf(text));
    expect(stages.every((at) => at >= 0), status).toBe(true);
    expect(stages).toEqual([...stages].sort((a, b) => a - b));
  });

  it('[S0-02] takes the new version back at once at any stage: few met it, and the service stays up', async () => {
    const users = startUsers(cluster.ingress, { host }, 100);
    await eventually('users met both', async () => countAnswers(await askMany(cluster.ingress, { host }, 20))['v2'] !== undefined);
    await serin('abort', 'webapp');
    await eventually('everybody has the old version', async () => countAnswers(await askMany(cluster.ingress, { host, cookie: 'version=v2' }, 50))['v1'] === 50, 5);
    expect((await policy.ended(1)).status).toMatchObject({ phase: 'Aborted', abortReason: 'AbortedByUser' });
    const { failed, answered, observed } = await users.stop();
    expect(failed).toBe(0);
    expect((observed['v2']?.answered ?? 0) / answered).toBeLessThan(0.5);
    expect(await cluster.client.find(resources.ingresses, { namespace, name: 'webapp-serin-canary' })).toBeUndefined();
  });

  it('[S0-01] [S0-07] then moves all users to the mended version', async () => {
    const users = startUsers(cluster.ingress, { host }, 50);
    await serin('retry', 'webapp');
    await policy.pausesAt(2, 1);
    await serin('promote', 'webapp', '--full');
    expect((await policy.ended(2)).status?.phase).toBe('Completed');
    await policy.atRest();
    expect((await users.stop()).failed).toBe(0);
    expect(countAnswers(await askMany(cluster.ingress, { host }, 50))).toEqual({ v2: 50 });
    const ingress = await cluster.client.get(resources.ingresses, { namespace, name: 'webapp' });
    expect(ingress.spec.rules?.[0]?.http?.paths.map(({ backend }) => backend.service?.name)).toEqual(['webapp-v2']);
  });
});
