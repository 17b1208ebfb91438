import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../cluster/create-client.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { Loop } from '../../cluster/loop.js';
import { localCluster, type LocalCluster } from '../../cluster/testing/local-cluster.js';
import { resources } from '../../kubernetes/resources.js';
import { customResourceDefinitions } from '../../model/custom-resources.js';
import type { ImagePolicySpec } from '../../model/images/image-policy.js';
import type { ImageUpdate } from '../../model/images/image-update.js';
import { API_VERSION, serinResources } from '../../model/resources.js';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import { webhookCredentials } from '../door/credentials.js';
import { receiveWebhook } from '../door/receive-webhook.js';
import type { WebhookAnswer } from '../door/webhook.js';
import { startImages } from '../start-images.js';
import { hasRegistry, startRegistry, type RunningRegistry } from '../testing/registry-server.js';

const namespace = 'default';

describe.skipIf(!hasRegistry)('beside a real registry', () => {
  let cluster: LocalCluster;
  let client: ClusterClient;
  let registry: RunningRegistry;
  let loop: Loop;
  const stopping = new AbortController();
  const errors: string[] = [];
  const answers: WebhookAnswer[] = [];
  // The registry tells what is pushed, as it tells it.
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void receiveWebhook({ sender: 'registry', headers: request.headers, body: Buffer.concat(chunks), remote: '127.0.0.1' }, { client, clock: systemClock, credentials: webhookCredentials({ token: 'geheim' }) }).then((answer) => {
        answers.push(answer);
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
      });
    });
  });
  beforeAll(async () => {
    cluster = localCluster(systemClock);
    client = createClient(cluster.transport, { fieldManager: 'test' });
    for (const definition of customResourceDefinitions().filter(({ metadata }) => metadata.name.startsWith('image'))) await client.create(resources.customResourceDefinitions, definition);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    registry = await startRegistry({ notify: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/webhooks/registry`, headers: { Authorization: ['Bearer geheim'] } } });
    loop = startImages({ client, clock: systemClock, random: seededRandom(1), signal: stopping.signal, mayWrite: () => true, shared: () => undefined, note: () => undefined, withoutConfig: false, onError: (error) => errors.push(error.message) });
    await loop.untilReady();
  });
  afterAll(async () => {
    stopping.abort();
    await loop?.stop();
    await registry?.stop();
    server.closeAllConnections();
    server.close();
    await cluster?.close();
  });

  const deploy = (name: string, image: string): Promise<unknown> => client.create(resources.deployments, {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace },
    spec: { replicas: 0, selector: { matchLabels: { app: name } }, template: { metadata: { name: '', labels: { app: name } }, spec: { containers: [{ name: 'web', image }] } } },
  });
  const follow = (name: string, spec: Partial<ImagePolicySpec>): Promise<unknown> =>
    client.create(serinResources.imagePolicies, { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { name, namespace }, spec: { workload: { deployment: name }, tags: { semver: '1.x' }, ...spec } });
  const imageOf = async (name: string): Promise<string | undefined> => (await client.get(resources.deployments, { namespace, name })).spec?.template.spec?.containers[0]?.image;
  const updatesOf = async (name: string): Promise<ImageUpdate[]> => (await client.list(serinResources.imageUpdates, { namespace })).items.filter(({ spec }) => spec.policy === name);
  const until = <T>(look: () => Promise<T>, wanted: T): Promise<void> => vi.waitFor(async () => expect(await look()).toEqual(wanted), { timeout: 20_000, interval: 50 });

  it('takes the highest tag that counts, once; the registry is told where it cannot be read', async () => {
    await registry.push('shop/polled', ['1.0.0', '2.0.0', 'latest'], 'one');
    await deploy('polled', `${registry.host}/shop/polled:1.0.0`);
    await follow('polled', { poll: { every: '1s', insecure: true }, events: false });
    await follow('secure', { workload: { deployment: 'polled' }, poll: { every: '1m' }, events: false });
    await until(async () => (await client.get(serinResources.imagePolicies, { namespace, name: 'polled' })).status?.latest, '1.0.0');
    const digest = await registry.push('shop/polled', ['1.10.0', '1.2.0'], 'two');
    await until(() => imageOf('polled'), `${registry.host}/shop/polled:1.10.0`);
    const [update, ...more] = await updatesOf('polled');
    expect(more).toEqual([]);
    expect(update?.spec).toMatchObject({ tag: '1.10.0', digest, source: 'poll' });
    const { status } = await client.get(serinResources.imagePolicies, { namespace, name: 'secure' });
    expect(status).toMatchObject({ message: expect.stringContaining('it speaks no TLS') as string, conditions: [{ status: 'False', reason: 'NoAnswer' }] });
  });

  it('takes the same tag with another digest, there and back', async () => {
    const first = await registry.push('shop/same', ['latest'], 'one');
    await deploy('same', `${registry.host}/shop/same:latest`);
    await follow('same', { tags: { sameTag: true }, poll: { every: '1s', insecure: true }, events: false });
    await until(async () => (await client.get(serinResources.imagePolicies, { namespace, name: 'same' })).status?.digest, first);
    expect(await imageOf('same')).toBe(`${registry.host}/shop/same:latest`);
    const second = await registry.push('shop/same', ['latest'], 'two');
    await until(() => imageOf('same'), `${registry.host}/shop/same:latest@${second}`);
    await registry.push('shop/same', ['latest'], 'one');
    await until(() => imageOf('same'), `${registry.host}/shop/same:latest@${first}`);
    await registry.push('shop/same', ['latest'], 'two');
    await until(() => imageOf('same'), `${registry.host}/shop/same:latest@${second}`);
    // Another tag has a digest of its own, which is no news.
    const made = (await updatesOf('same')).length;
    const third = await registry.push('shop/same', ['stable'], 'three');
    await client.patch(resources.deployments, { namespace, name: 'same' }, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'web', image: `${registry.host}/shop/same:stable` }] } } } } });
    // Deployments are not watched here.
    loop.lookAtEverything();
    await until(async () => (await client.get(serinResources.imagePolicies, { namespace, name: 'same' })).status?.digest, third);
    expect(await updatesOf('same')).toHaveLength(made);
  });

  it('[S3-13] an image that is pushed under two tags to a plain registry, on an address and port, is told by its notification and taken up', async () => {
    await registry.push('pregap', ['1.0.0'], 'one');
    await deploy('told', `${registry.host}/pregap:1.0.0`);
    await follow('told', { tags: { level: 'minor' } });
    const digest = await registry.push('pregap', ['latest', '1.1.0'], 'two');
    await until(() => imageOf('told'), `${registry.host}/pregap:1.1.0`);
    expect((await updatesOf('told')).map(({ spec }) => spec)).toMatchObject([{ tag: '1.1.0', digest, source: 'registry' }]);
    expect(answers.map(({ status }) => status)).not.toContain(401);
    expect(errors).toEqual([]);
  });
});
