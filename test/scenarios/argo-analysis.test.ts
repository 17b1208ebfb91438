import { afterAll, beforeAll, expect, it } from 'vitest';
import { argoResources } from '../../src/frontends/argo/resources.js';
import type { AnalysisRun } from '../../src/frontends/argo/kinds/analysis.js';
import type { Rollout } from '../../src/frontends/argo/kinds/rollout.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import { resources } from '../../src/kubernetes/resources.js';
import { serinResources } from '../../src/model/resources.js';
import { eventually, logOf, startTestCluster, type TestCluster } from './local-cluster.js';
import { IMAGES, manifests, namespace, REGISTRY } from './rollout-manifests.js';
import { askMany, countAnswers, startUsers } from './web-requests.js';

const host = 'pregap.example.com';
const name = 'rollout-pregap';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster('--frontends=argo', '--images', IMAGES);
}, 120_000);
afterAll(() => cluster?.stop());

const rollout = (): Promise<Rollout> => cluster.client.get(argoResources.rollouts, { namespace, name });
const runs = async (): Promise<AnalysisRun[]> => (await cluster.client.list(argoResources.analysisRuns, { namespace })).items.sort((one, other) => one.metadata.name.localeCompare(other.metadata.name, 'en', { numeric: true }));

async function until(phase: string): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const { metadata, status } = await rollout();
    return status?.phase === phase && status.observedGeneration === String(metadata.generation);
  };
  await eventually(phase, isThere, 90).catch(async (error: unknown) => {
    const releases = (await cluster.client.list(serinResources.releases, { namespace })).items.map(({ metadata, status }) => `${metadata.name} ${status?.phase ?? ''}: ${status?.message ?? ''}`);
    expect({ status: (await rollout()).status, releases, runs: (await runs()).map(({ status }) => status), log: await logOf(cluster, 'serin') }).toEqual(phase);
    throw error;
  });
}

it('[S3-02] a Rollout asks the canary itself while it has a part of the traffic, goes on when the answers are right, and takes it back when they are not', async () => {
  for (const object of ['namespace', 'deployment', 'services', 'ingress'].flatMap(manifests)) await cluster.client.create(kindOf(object), object);
  await cluster.client.create(argoResources.analysisTemplates, {
    apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisTemplate', metadata: { namespace, name: 'version' },
    spec: {
      args: [{ name: 'expected' }],
      metrics: [{ name: 'version', interval: '1s', count: 3, successCondition: 'result == "{{args.expected}}"', provider: { web: { url: 'http://rollouts-pregap-canary.pregap.svc:8080/', jsonPath: '{$.version}' } } }],
    },
  });
  const [given] = manifests('rollout') as Rollout[];
  if (!given) throw new Error('the Rollout is missing');
  const steps = [{ setWeight: 20 }, { analysis: { templates: [{ templateName: 'version' }], args: [{ name: 'expected', value: '1.1.0' }] } }, { setWeight: 60 }, { pause: { duration: '1s' } }];
  await cluster.client.create(argoResources.rollouts, { ...given, spec: { ...given.spec, strategy: { canary: { ...given.spec.strategy?.canary, steps } } } });
  await until('Healthy');
  const setImage = (tag: string): Promise<unknown> =>
    cluster.client.patch(resources.deployments, { namespace, name: 'test2-pregap' }, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'pregap', image: `${REGISTRY}:${tag}` }] } } } } });
  const users = startUsers(cluster.ingress, { host }, 30);

  await setImage('1.1.0');
  await eventually('it is asked', async () => (await runs()).length > 0);
  await until('Healthy');
  const [good] = await runs();
  expect(good?.status).toMatchObject({ phase: 'Successful', metricResults: [{ name: 'version', phase: 'Successful', count: 3, successful: 3 }] });
  expect(good?.metadata.labels).toMatchObject({ 'rollout-type': 'Step', 'step-index': '1' });

  await setImage('1.0.0');
  await until('Degraded');
  const bad = (await runs()).at(-1);
  expect(bad?.status).toMatchObject({ phase: 'Failed', metricResults: [{ name: 'version', failed: 1 }] });
  expect((await rollout()).status).toMatchObject({ abort: true, message: expect.stringContaining('version') as string });
  // Degraded says what was decided; the routes follow.
  await eventually('the old version alone answers', async () => countAnswers(await askMany(cluster.ingress, { host }, 60))['1.1.0'] === 60);
  expect((await users.stop()).failed).toBe(0);
}, 240_000);

const kindOf = ({ kind }: KubernetesObject): Resource<KubernetesObject> => {
  const found = Object.values(resources).find((each) => each.kind === kind);
  if (!found) throw new Error(`no kind ${kind}`);
  return found as unknown as Resource<KubernetesObject>;
};
