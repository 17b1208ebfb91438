import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpTransport } from '../../src/cluster/http-transport.js';
import { loadKubeconfig } from '../../src/cluster/kubeconfig/load-kubeconfig.js';
import type { Deployment } from '../../src/kubernetes/generated/apps-v1.js';
import type { Pod, Service } from '../../src/kubernetes/generated/core-v1.js';
import { resources } from '../../src/kubernetes/resources.js';
import { openAddressMap } from '../../src/local/addresses/cluster-addresses.js';
import { eventually, startTestCluster, type TestCluster } from './local-cluster.js';

const labels = { app: 'echo' };
const service: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'echo', namespace: 'default' }, spec: { selector: labels, ports: [{ port: 8080 }] } };
const deployment: Deployment = {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'echo', namespace: 'default' },
  spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { name: 'echo', labels }, spec: { containers: [{ name: 'echo', image: 'echo', ports: [{ containerPort: 8080 }] }] } } },
};
/** Says at which Pod's address a request came in. */
const PROGRAM = `require('node:http').createServer((_, answer) => answer.end(process.env.HOST)).listen(process.env.PORT, process.env.HOST)`;

describe('two local clusters that are up at once', () => {
  let folder: string;
  let clusters: readonly TestCluster[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'serin-two-'));
    const images = join(folder, 'images.json');
    await writeFile(images, JSON.stringify({ echo: { command: ['node', '-e', PROGRAM] } }));
    clusters = await Promise.all(['one', 'two'].map((name) => startTestCluster('--name', name, '--images', images)));
  }, 120_000);
  afterAll(async () => {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
    await rm(folder, { recursive: true, force: true });
  });

  it('give the same Service different addresses, and answer there with their own Pods alone', async () => {
    const seen = await Promise.all(
      clusters.map(async ({ client, directory }) => {
        const { spec } = await client.create<Service>(resources.services, service);
        await client.create(resources.deployments, deployment);
        const addresses = await openAddressMap(directory);
        const pods = await eventually('the Pods are ready', async () => {
          const { items } = await client.list<Pod>(resources.pods, { namespace: 'default' });
          return items.length === 2 && items.every(({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True')) && items;
        });
        const hosts = pods.map(({ status }) => addresses.toSocketAddress(status?.podIP ?? '', 8080).host);
        const { host, port } = addresses.toSocketAddress(spec?.clusterIP ?? '', 8080);
        const answer = async (): Promise<string> => (await fetch(`http://${host}:${port}/`)).text();
        await eventually('the Service answers', async () => (await answer().catch(() => undefined)) !== undefined);
        const answers = new Set<string>();
        for (let request = 0; request < 60; request += 1) answers.add(await answer());
        expect([...answers].sort()).toEqual(hosts.sort());
        return { clusterIP: spec?.clusterIP, hosts };
      }),
    );
    expect(new Set(seen.map(({ clusterIP }) => clusterIP)).size).toBe(2);
    expect(new Set(seen.flatMap(({ hosts }) => hosts)).size).toBe(4);
  });

  it('trust neither the other one nor its tokens', async () => {
    const [one, two] = clusters;
    if (one === undefined || two === undefined) throw new Error('there are no two clusters');
    const other = await loadKubeconfig({ env: {}, path: two.kubeconfig });
    await other.transport.stop();
    const [token] = Object.keys(JSON.parse(await readFile(join(one.directory, 'tokens.json'), 'utf8')) as object);
    const ask = async (authority: string): Promise<number> => {
      const transport = createHttpTransport({ server: other.server, token: token ?? '', ca: await readFile(join(authority, 'certificates', 'ca.crt'), 'utf8') });
      return transport.request({ method: 'GET', path: '/api/v1/namespaces' }).then(({ status }) => status).finally(() => transport.stop());
    };
    await expect(ask(one.directory)).rejects.toThrow('certificate');
    expect(await ask(two.directory)).toBe(401);
  });

  it('say which port is taken when one asks for the port of the other', async () => {
    const [one] = clusters;
    const port = new URL((await loadKubeconfig({ env: {}, path: one?.kubeconfig ?? '' })).server).port;
    const { code, stderr } = (await one?.serin('local', 'up', '--directory', join(folder, 'three'), '--name', 'three', '--no-dashboard', '--api-port', port)) ?? {};
    expect({ code, stderr }).toEqual({ code: 1, stderr: `Starting the local cluster.\nserin: port ${port} of 127.0.0.1, asked for as the API port, is taken: name another one, or 0 for any\n` });
  });
});
