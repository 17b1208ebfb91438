import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rollout } from '../../src/frontends/argo/kinds/rollout.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import { hasRegistry, REGISTRY_NOT_RUN, startRegistry, type RunningRegistry } from '../../src/images/testing/registry-server.js';
import type { Deployment } from '../../src/kubernetes/generated/apps-v1.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import { resources } from '../../src/kubernetes/resources.js';
import type { ImageUpdate } from '../../src/model/images/image-update.js';
import { API_VERSION, serinResources } from '../../src/model/resources.js';
import { pushOf, sendWebhook, stepsOf, webhookOf, type WebhookSettings } from './drone-pipeline.js';
import { eventually, logOf, startTestCluster, type TestCluster } from './local-cluster.js';
import { EXAMPLE, manifests, namespace } from './rollout-manifests.js';
import { startWebhookDoor, type WebhookDoorProcess } from './webhook-door.js';

if (!hasRegistry) console.warn(`NOT RUN: images from a real registry start releases: ${REGISTRY_NOT_RUN}`);

const rolloutName = { namespace, name: 'rollout-pregap' };
const deploymentName = { namespace, name: 'test2-pregap' };
const policyName = { namespace, name: 'pregap' };

describe.skipIf(!hasRegistry)('the steps of a pipeline, on a local cluster with a Rollout', () => {
  let folder: string;
  let registry: RunningRegistry;
  let cluster: TestCluster;
  let door: WebhookDoorProcess;
  let repository: string;
  const kindOf = ({ kind }: KubernetesObject): Resource<KubernetesObject> => {
    const found = [...Object.values(resources), ...Object.values(argoResources)].find((each) => each.kind === kind);
    if (!found) throw new Error(`no kind ${kind}`);
    return found as unknown as Resource<KubernetesObject>;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'serin-images-'));
    registry = await startRegistry();
    repository = `${registry.host}/pregap`;
    await registry.push('pregap', ['latest', '1.0.0'], '1.0.0');
    const program = (version: string): object => ({ command: ['node', '--max-old-space-size=64', 'server.mjs'], env: { VERSION: version }, workingDirectory: join(EXAMPLE, '../webapp') });
    await writeFile(join(folder, 'images.json'), JSON.stringify(Object.fromEntries(['1.0.0', '1.1.0', '1.2.0'].map((version) => [`${repository}:${version}`, program(version)]))));
    cluster = await startTestCluster('--frontends=argo', '--images', join(folder, 'images.json'));
    for (const file of ['namespace', 'deployment', 'services', 'ingress', 'rollout']) {
      for (const object of manifests(file)) {
        const placed = JSON.parse(JSON.stringify(object).replaceAll('172.16.77.115:5000/pregap', repository)) as KubernetesObject;
        await cluster.client.apply(kindOf(placed), placed, { fieldManager: 'kubectl', force: true });
      }
    }
    await cluster.client.create(serinResources.imagePolicies, { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: policyName, spec: { workload: { rollout: 'rollout-pregap' }, tags: { level: 'minor' } } });
    door = await startWebhookDoor(cluster, 'admin', 'admin');
    await eventually('the first version runs', async () => (await rollout()).status?.phase === 'Healthy', 60);
    await eventually('the policy knows what runs', async () => (await cluster.client.get(serinResources.imagePolicies, policyName)).status?.image === `${repository}:1.0.0`);
  }, 120_000);
  afterAll(async () => {
    await door?.stop();
    await cluster?.stop();
    await registry?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const rollout = (): Promise<Rollout> => cluster.client.get(argoResources.rollouts, rolloutName);
  const image = async (): Promise<string | undefined> => ((await cluster.client.get(resources.deployments, deploymentName)) as Deployment).spec?.template.spec?.containers[0]?.image;
  const update = async (tag: string): Promise<ImageUpdate | undefined> => (await cluster.client.list(serinResources.imageUpdates, { namespace })).items.find(({ spec }) => spec.tag === tag);
  const untilPhase = (tag: string, phase: string): Promise<ImageUpdate> =>
    eventually(`${tag} is ${phase}`, async () => {
      const found = await update(tag);
      return found?.status?.phase === phase ? found : undefined;
    }, 30).catch(async (error: unknown) => {
      throw new Error(`${String(error)} ${JSON.stringify((await update(tag))?.status)} ${await logOf(cluster, 'serin')}`);
    });
  /** The pipeline of the example, at the addresses that this test has. */
  const pipeline = async (): Promise<string> =>
    (await readFile(join(EXAMPLE, '../images/drone.yml'), 'utf8')).replaceAll('172.16.77.115:5000', registry.host).replaceAll('http://serin.example.com', door.url);
  /** Plays a promotion to production: pushes, tells. @returns what the second step was answered */
  const promote = async (tag: string, change: Partial<WebhookSettings> = {}): Promise<{ status: number; body: unknown } | undefined> => {
    const [push, tell, ...others] = stepsOf(await pipeline(), { event: 'promote', target: 'production', tag });
    if (!push || !tell) throw new Error('the pipeline has two steps');
    expect(others).toEqual([]);
    const { repository: name, tags } = pushOf(push);
    await registry.push(name, tags, tag);
    const [answer] = await sendWebhook({ ...webhookOf(tell), ...change });
    return answer;
  };

  it('[S3-12] [S3-13] [S3-14] [S3-15] [S3-16] a promotion pushes the image under two tags to a plain registry, tells by webhook, and the canary of the workload that runs it starts', async () => {
    // Nothing else is a promotion to production.
    for (const build of [{ event: 'push' }, { event: 'tag' }, { event: 'promote', target: 'staging' }, { event: 'rollback', target: 'production' }]) expect(stepsOf(await pipeline(), { ...build, tag: 'v1.1.0' })).toEqual([]);
    expect(await promote('v1.1.0', { password: 'wrong' })).toMatchObject({ status: 401 });
    expect(await promote('v1.1.0', { template: '{"tag": "1.1.0"}' })).toEqual({ status: 400, body: { error: expect.objectContaining({ code: 'invalid', message: expect.stringMatching(/^Repository name cannot be empty/) as string }) as object } });
    // What Keel has there is elsewhere.
    expect((await fetch(`${door.url}/v1/approvals`)).status).toBe(404);
    expect(await image()).toBe(`${repository}:1.0.0`);
    expect(await promote('v1.1.0')).toMatchObject({ status: 202, body: { accepted: [{ policy: 'pregap/pregap' }], ignored: [] } });
    expect(await (await fetch(`http://${repository.replace('/', '/v2/')}/tags/list`)).json()).toMatchObject({ tags: expect.arrayContaining(['1.0.0', '1.1.0', 'latest']) as string[] });
    await untilPhase('1.1.0', 'Applied');
    expect(await image()).toBe(`${repository}:1.1.0`);
    const name = await eventually('the release is on record', async () => (await update('1.1.0'))?.status?.release, 30);
    await eventually('its canary has begun', async () => {
      const { spec, status } = await cluster.client.get(serinResources.releases, { namespace, name });
      return spec.canary.images === `${repository}:1.1.0` && status?.phase === 'Progressing';
    }, 60);
    expect(await promote('v1.0.5')).toMatchObject({ status: 202, body: { accepted: [], ignored: [{ why: '1.0.5 is lower than 1.1.0, which runs' }] } });
  }, 120_000);

  it('[S3-17] another one waits until somebody approves it', async () => {
    const review = await cluster.client.create({ group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', namespaced: false }, { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } });
    const user = (review as { status?: { userInfo?: { username?: string } } }).status?.userInfo?.username ?? '';
    await cluster.client.patch(serinResources.imagePolicies, policyName, { kind: 'merge', body: { spec: { approval: { count: 1, users: [user], within: '24h' } } } });
    expect(await promote('v1.2.0')).toMatchObject({ status: 202 });
    const waiting = await untilPhase('1.2.0', 'WaitingForApproval');
    expect(waiting.status).toMatchObject({ message: expect.stringMatching(new RegExp(`^Waits for approval, 0 of 1 from ${user}, until `)) as string });
    expect(await image()).toBe(`${repository}:1.1.0`);
    expect((await cluster.serin('images', '-n', namespace)).stdout).toMatch(/UPDATE[^]*pregap-1-2-0-\S+ +pregap +1\.2\.0 +native, admin +\S+ +WaitingForApproval/);
    const { name, uid = '' } = waiting.metadata;
    await cluster.client.create(serinResources.imageApprovals, { apiVersion: API_VERSION, kind: 'ImageApproval', metadata: { name: `${name}-yes`, namespace }, spec: { imageUpdate: name, imageUpdateUid: uid, approved: true, user } });
    expect((await untilPhase('1.2.0', 'Applied')).status?.approvedBy).toEqual([user]);
    expect(await image()).toBe(`${repository}:1.2.0`);
  }, 120_000);
});
