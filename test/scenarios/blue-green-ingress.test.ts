import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ingress } from '../../src/kubernetes/generated/networking-v1.js';
import { resources } from '../../src/kubernetes/resources.js';
import { eventually, startTestCluster, type TestCluster } from './local-cluster.js';
import { PolicyWatch } from './policy-watch.js';
import { ask, askMany, countAnswers, startUsers } from './web-requests.js';

const FOLDER = join(import.meta.dirname, '../../examples/blue-green');
const namespace = 'default';
const host = 'example.com';
const BLUE = '1.22.0';
const GREEN = '1.24.0';
const PREVIEW = '/green(/|$)(.*)';

describe('blue/green behind the paths of one Ingress', () => {
  let cluster: TestCluster;
  let policy: PolicyWatch;
  let folder: string;
  /** The Ingress as the user wrote it. */
  let written: Ingress;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'serin-blue-green-'));
    cluster = await startTestCluster('--images', join(FOLDER, 'images.json'));
    policy = new PolicyWatch(cluster, namespace, 'nginx');
  }, 120_000);
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const files = (...names: string[]): string[] => names.flatMap((name) => ['-f', name.includes('/') ? name : join(FOLDER, name)]);
  async function serin(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await cluster.serin(...args);
    expect(code, stderr).toBe(0);
    return stdout;
  }
  /** A file of the example with something else in it. */
  async function changed(name: string, from: string | RegExp, to: string): Promise<string> {
    const path = join(folder, name);
    const text = await readFile(join(FOLDER, name), 'utf8');
    const result = text.replaceAll(from instanceof RegExp ? new RegExp(from.source, 'g') : from, to);
    expect(result).not.toBe(text);
    await writeFile(path, result);
    return path;
  }
  const ingress = (): Promise<Ingress> => cluster.client.get(resources.ingresses, { namespace, name: 'nginx' });
  const paths = ({ spec }: Ingress): Record<string, string> => Object.fromEntries((spec.rules?.[0]?.http?.paths ?? []).map(({ path, backend }) => [path ?? '', backend.service?.name ?? '']));
  const everybodyMeets = async (version: string, seconds?: number): Promise<void> => {
    await eventually(`everybody meets ${version}`, async () => countAnswers(await askMany(cluster.ingress, { host, path: '/foo' }, 40))[version] === 40, seconds);
  };

  it('[S1-11] [S1-12] [S1-14] runs a set as it is written: labels, sizes, account, and its page as one file', async () => {
    await serin('apply', ...files('config.yaml', 'blue.yaml', 'ingress.yaml'));
    await eventually('blue is ready', async () => (await policy.ready(`nginx-v${BLUE}`)) === 1);
    await eventually('the Ingress is served', async () => (await ask(cluster.ingress, { host })).status === 200);
    written = await ingress();
    const labels = { app: 'nginx', revision: `v${BLUE}` };
    const service = await cluster.client.get(resources.services, { namespace, name: 'nginx-v1-22-0' });
    expect(service.spec).toMatchObject({ type: 'ClusterIP', selector: labels, ports: [{ name: 'nginx-80', port: 80 }] });
    const { metadata, spec } = await cluster.client.get(resources.deployments, { namespace, name: `nginx-v${BLUE}` });
    expect(metadata.labels).toEqual(labels);
    expect(spec).toMatchObject({ replicas: 1, selector: { matchLabels: labels }, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } }, template: { metadata: { labels } } });
    const [pod] = (await cluster.client.list(resources.pods, { namespace, labelSelector: `revision=v${BLUE}` })).items;
    expect(pod?.spec).toMatchObject({ serviceAccountName: 'nginx', automountServiceAccountToken: true });
    expect(pod?.spec.volumes?.find(({ name }) => name === 'config')?.configMap).toMatchObject({ name: 'nginx-config', defaultMode: 0o644, items: [{ key: 'blue', path: 'index.html' }] });
    expect(pod?.spec.containers[0]?.volumeMounts?.find(({ name }) => name === 'config')).toMatchObject({ mountPath: '/usr/share/nginx/html/index.html', subPath: 'index.html' });
    expect((await ask(cluster.ingress, { host })).body.page).toContain('blue, version 1.22.0');
  });

  it('[S1-03] asks for a class that a controller serves before it takes the policy', async () => {
    await serin('apply', ...files('green.yaml', await changed('ingress.yaml', 'ingressClassName: nginx', 'ingressClassName: missing')));
    const { code, stderr } = await cluster.serin('apply', '--dry-run', ...files('policy.yaml'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/there is no IngressClass missing, so that no controller serves it\.\s+Choose of nginx\./);
    await serin('apply', ...files('ingress.yaml'));
    written = await ingress();
    expect(written.spec.ingressClassName).toBe('nginx');
  });

  it('[S1-10] warns of a live path that sends every request to /, and says how paths are kept', async () => {
    const { stdout, stderr } = await cluster.serin('lint', ...files('config.yaml', 'blue.yaml', 'green.yaml', await changed('ingress.yaml', '/()(.*)', '/*'), 'policy.yaml'));
    expect(stdout + stderr).toMatch(/warning: .*is rewritten to \/\$2, but \/\* has no group: every request arrives as \/\.\s+Write path: "\/\(\)\(\.\*\)"/);
  });

  it('[S1-13] takes dots in the name of a Deployment, and names another for a Service', async () => {
    const { code, stdout, stderr } = await cluster.serin('lint', ...files('config.yaml', await changed('blue.yaml', 'nginx-v1-22-0', 'nginx-v1.22.0'), 'green.yaml', await changed('ingress.yaml', 'nginx-v1-22-0', 'nginx-v1.22.0'), await changed('policy.yaml', /service: nginx-v1-22-0/, 'service: nginx-v1.22.0')));
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/Service nginx-v1\.22\.0: no API server accepts this name: .*\s+Call it nginx-v1-22-0\./);
    const service = await cluster.client.get(resources.services, { namespace, name: 'nginx-v1-22-0' });
    const { resourceVersion: _version, uid: _uid, ...metadata } = service.metadata;
    await expect(cluster.client.create(resources.services, { ...service, metadata: { ...metadata, name: 'nginx-v1.22.0' }, spec: { selector: { app: 'nginx' }, ports: [{ port: 80 }] } })).rejects.toThrow(/Invalid value: "nginx-v1\.22\.0"/);
    expect(await policy.ready(`nginx-v${BLUE}`)).toBe(1);
  });

  it('[S1-22] warns that both versions share one database, and that not every program can run twice', async () => {
    const { code, stdout, stderr } = await cluster.serin('lint', ...files('config.yaml', 'blue.yaml', 'green.yaml', 'ingress.yaml', 'policy.yaml'));
    expect(code, stderr).toBe(0);
    expect(stdout + stderr).toMatch(/warning: .*on the same database.*\s+Make database migrations backward compatible: .*take rolling instead/);
    await serin('apply', ...files('policy.yaml'));
    await policy.atRest();
  });

  it('[S1-02] [S1-04] [S1-05] [S1-06] [S1-07] [S1-15] [S1-17] tests green and puts it beside blue in one Ingress, while users meet blue', async () => {
    const users = startUsers(cluster.ingress, { host, path: '/foo' }, 60);
    await policy.want(`nginx-v${GREEN}`);
    await policy.pausesAt(1, 1);
    const { metadata, spec } = await ingress();
    expect(paths({ ...written, spec })).toEqual({ '/()(.*)': 'nginx-v1-22-0', [PREVIEW]: 'nginx-v1-24-0' });
    expect(spec.rules?.[0]?.http?.paths.map(({ pathType }) => pathType)).toEqual(['ImplementationSpecific', 'ImplementationSpecific']);
    expect({ annotations: metadata.annotations, labels: metadata.labels, class: spec.ingressClassName }).toMatchObject({ annotations: written.metadata.annotations ?? {}, labels: written.metadata.labels ?? {}, class: 'nginx' });
    const [job] = (await cluster.client.list(resources.jobs, { namespace })).items;
    expect(job?.status?.succeeded).toBe(1);
    const [tester] = (await cluster.client.list(resources.pods, { namespace, labelSelector: `job-name=${job?.metadata.name ?? ''}` })).items;
    const log = await cluster.client.raw(`/api/v1/namespaces/${namespace}/pods/${tester?.metadata.name ?? ''}/log`);
    expect(log).toContain(`http://nginx-v1-24-0/foo: 200 from ${GREEN}`);
    expect([await policy.ready(`nginx-v${BLUE}`), await policy.ready(`nginx-v${GREEN}`)]).toEqual([1, 1]);
    const { answered, failed, observed } = await users.stop();
    expect({ failed, [BLUE]: observed[BLUE]?.answered }).toEqual({ failed: 0, [BLUE]: answered });
  });

  it('[S1-08] [S1-09] [S1-16] leads to green below its path, cut off, and to blue everywhere else', async () => {
    const asked = ['/', '/foo', '/greenhouse', '/green', '/green/', '/green/new', '/green/foo'];
    const seen = await Promise.all(asked.map(async (path) => {
      const { body } = await ask(cluster.ingress, { host, path });
      return [path, body.version, body.path];
    }));
    expect(seen).toEqual([
      ['/', BLUE, '/'], ['/foo', BLUE, '/foo'], ['/greenhouse', BLUE, '/greenhouse'],
      ['/green', GREEN, '/'], ['/green/', GREEN, '/'], ['/green/new', GREEN, '/new'], ['/green/foo', GREEN, '/foo'],
    ]);
    expect((await ask(cluster.ingress, { host, path: '/green' })).body.page).toContain('green, version 1.24.0');
  });

  it('[S1-19] drops a rejected green without touching live traffic', async () => {
    const users = startUsers(cluster.ingress, { host, path: '/foo' }, 60, 2);
    await serin('abort', 'nginx');
    expect((await policy.ended(1)).status).toMatchObject({ phase: 'Aborted' });
    await eventually('green is gone', async () => (await policy.ready(`nginx-v${GREEN}`)) === 0);
    const { answered, failed, observed } = await users.stop();
    expect({ failed, [BLUE]: observed[BLUE]?.answered }).toEqual({ failed: 0, [BLUE]: answered });
    const { metadata, spec } = await ingress();
    expect({ annotations: metadata.annotations, labels: metadata.labels, spec }).toEqual({ annotations: written.metadata.annotations, labels: written.metadata.labels, spec: written.spec });
  });

  it('[S1-18] promotes in one update of the Ingress: the live path leads to green, and the path of the preview is gone', async () => {
    await serin('retry', 'nginx');
    await policy.pausesAt(2, 1);
    const { resourceVersion } = (await cluster.client.list(resources.ingresses, { namespace })).items[0]?.metadata ?? {};
    const users = startUsers(cluster.ingress, { host, path: '/foo' }, 60, 3);
    const states = collectPaths(resourceVersion ?? '');
    await serin('promote', 'nginx');
    await everybodyMeets(GREEN);
    expect(await states).toEqual([{ '/()(.*)': 'nginx-v1-24-0' }]);
    expect((await ask(cluster.ingress, { host, path: '/green/foo' })).body).toMatchObject({ version: GREEN, path: '/green/foo' });
    expect((await users.stop()).failed).toBe(0);
    expect((await ingress()).metadata.annotations).toMatchObject(written.metadata.annotations ?? {});
  });

  /** What the paths of the Ingress become from here on until the live one leads to green; status updates change nothing. */
  async function collectPaths(resourceVersion: string): Promise<Record<string, string>[]> {
    const found: Record<string, string>[] = [];
    for await (const event of cluster.client.watch<Ingress>(resources.ingresses, { namespace, resourceVersion, timeoutSeconds: 50 })) {
      if (event.type === 'BOOKMARK' || event.object.metadata.name !== 'nginx') continue;
      const now = paths(event.object);
      if (now[PREVIEW] !== undefined && now['/()(.*)'] === 'nginx-v1-22-0') continue;
      found.push(now);
      if (now['/()(.*)'] === 'nginx-v1-24-0' && now[PREVIEW] === undefined) break;
    }
    return found;
  }

  it('[S1-21] goes back after the promotion by the live path, while blue stands by', async () => {
    expect(await policy.ready(`nginx-v${BLUE}`)).toBe(1);
    const users = startUsers(cluster.ingress, { host, path: '/foo' }, 60, 4);
    await serin('rollback', 'nginx');
    await everybodyMeets(BLUE, 5);
    expect((await policy.ended(2)).status?.phase).toBe('Aborted');
    expect((await users.stop()).failed).toBe(0);
    expect(paths(await ingress())).toEqual({ '/()(.*)': 'nginx-v1-22-0' });
  });

  it('[S1-01] [S1-02] updates without a failed request and without a change for clients, and swaps the roles', async () => {
    const users = startUsers(cluster.ingress, { host, path: '/foo' }, 60, 5);
    await serin('retry', 'nginx');
    await policy.pausesAt(3, 1);
    await serin('promote', 'nginx', '--full');
    expect((await policy.ended(3)).status?.phase).toBe('Completed');
    expect((await policy.atRest()).status?.stable?.replicaSet).toBe(`nginx-v${GREEN}`);
    const { failed, observed } = await users.stop();
    expect({ failed, versions: Object.keys(observed).sort() }).toEqual({ failed: 0, versions: [BLUE, GREEN] });
    await eventually('blue is gone', async () => (await policy.ready(`nginx-v${BLUE}`)) === 0);
    await policy.want(`nginx-v${BLUE}`);
    await policy.pausesAt(4, 1);
    expect(paths(await ingress())).toEqual({ '/()(.*)': 'nginx-v1-24-0', [PREVIEW]: 'nginx-v1-22-0' });
  });

  it('[S1-20] answers for each release whether it was tested, how it was taken back, and how fast', async () => {
    const history = JSON.parse(await serin('history', 'nginx', '-o', 'json')) as Record<string, unknown>[];
    expect(history).toMatchObject([
      { number: 4, to: `nginx-v${BLUE}` },
      { number: 3, outcome: 'Completed', tested: ['nginx-3-step-1'], reached: 1000 },
      { number: 2, outcome: 'Aborted', tested: ['nginx-2-step-1'], reached: 1000, takenBackBy: 'kubernetes-admin', takenBackWithin: expect.any(Number) as number },
      { number: 1, outcome: 'Aborted', tested: ['nginx-1-step-1'], reached: 0, takenBackWithin: expect.any(Number) as number, met: { failures: 0 } },
    ]);
  });
});
