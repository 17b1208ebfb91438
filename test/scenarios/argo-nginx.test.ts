import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { argoResources } from '../../src/frontends/argo/resources.js';
import type { Rollout, RolloutSpec } from '../../src/frontends/argo/kinds/rollout.js';
import type { Deployment, ReplicaSet } from '../../src/kubernetes/generated/apps-v1.js';
import type { Service } from '../../src/kubernetes/generated/core-v1.js';
import type { Ingress } from '../../src/kubernetes/generated/networking-v1.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import { resources } from '../../src/kubernetes/resources.js';
import { serinResources } from '../../src/model/resources.js';
import { programOnPath } from '../started/programs.js';
import { eventually, logOf, startTestCluster, type TestCluster } from './local-cluster.js';
import { EXAMPLE, IMAGES, manifests, namespace, REGISTRY } from './rollout-manifests.js';
import type { Traffic } from './traffic.js';
import { ask, askMany, countAnswers, shareError, startUsers } from './web-requests.js';

const run = promisify(execFile);
const kubectl = programOnPath('kubectl');
const host = 'pregap.example.com';
const rolloutName = { namespace, name: 'rollout-pregap' };
const deploymentName = { namespace, name: 'test2-pregap' };
const HASH = 'rollouts-pod-template-hash';
const CANARY = { namespace, name: 'rollout-pregap-pregap-canary' };
const REQUESTS = 800;

describe('a Rollout of Argo that takes a Deployment over, behind ingress-nginx on a local cluster', () => {
  let cluster: TestCluster;
  let users: Traffic;
  beforeAll(async () => {
    cluster = await startTestCluster('--frontends=argo', '--images', IMAGES);
  }, 120_000);
  afterAll(() => cluster?.stop());

  /** As `kubectl apply -f`, where there is a kubectl. */
  async function apply(file: string): Promise<void> {
    if (kubectl !== undefined) await run(kubectl, ['--kubeconfig', cluster.kubeconfig, 'apply', '-f', join(EXAMPLE, `${file}.yaml`)]);
    else for (const object of manifests(file)) await cluster.client.apply(kindOf(object), object, { fieldManager: 'kubectl', force: true });
  }
  const rollout = (): Promise<Rollout> => cluster.client.get(argoResources.rollouts, rolloutName);
  const deployment = (): Promise<Deployment> => cluster.client.get(resources.deployments, deploymentName);
  const service = (name: string): Promise<Service> => cluster.client.get(resources.services, { namespace, name });
  const replicaSets = async (): Promise<ReplicaSet[]> => (await cluster.client.list(resources.replicaSets, { namespace })).items.filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'Rollout');
  const share = async (wanted: number, canary = '1.1.0', stable = '1.0.0'): Promise<number> => shareError(await askMany(cluster.ingress, { host }, REQUESTS), canary, stable, wanted);
  const answers = async (): Promise<Record<string, number>> => countAnswers(await askMany(cluster.ingress, { host }, 60));
  const setImage = (tag: string): Promise<unknown> =>
    cluster.client.patch(resources.deployments, deploymentName, { kind: 'strategic', body: { spec: { template: { spec: { containers: [{ name: 'pregap', image: `${REGISTRY}:${tag}` }] } } } } });
  /** What `kubectl argo rollouts` sends. */
  const tell = (status: Record<string, unknown>): Promise<unknown> =>
    cluster.client.patch(argoResources.rollouts, rolloutName, { kind: 'merge', body: { status } }, { subresource: 'status', fieldManager: 'kubectl-argo-rollouts' });
  /** Pods that there are of each image, by its tag. */
  async function pods(): Promise<Record<string, number>> {
    const sizes = (await replicaSets()).map(({ spec, status }) => [spec.template?.spec?.containers[0]?.image?.split(':').at(-1) ?? '', status?.replicas ?? 0] as const);
    return Object.fromEntries(sizes.filter(([, count]) => count > 0));
  }
  async function until(phase: string, step: number, seconds = 60): Promise<void> {
    const isThere = async (): Promise<boolean> => {
      const { metadata, status } = await rollout();
      return status?.phase === phase && status.currentStepIndex === step && status.observedGeneration === String(metadata.generation);
    };
    await eventually(`${phase} at step ${step}`, isThere, seconds).catch(async (error: unknown) => {
      const releases = (await cluster.client.list(serinResources.releases, { namespace })).items.map(({ metadata, status }) => `${metadata.name} ${status?.phase ?? ''}: ${status?.message ?? ''}`);
      expect({ status: (await rollout()).status, releases, pods: await pods(), log: await logOf(cluster, 'serin') }).toEqual(`${phase} at step ${step}`);
      throw error;
    });
  }
  const canaryWeight = async (): Promise<string | undefined> => (await cluster.client.find(resources.ingresses, CANARY))?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight'];

  it('[S3-06] [S3-07] takes the template of a Deployment, which goes to 0 once the new Pods are ready, and no request fails', async () => {
    await apply('namespace');
    const [given] = manifests('deployment') as Deployment[];
    if (!given) throw new Error('the Deployment is missing');
    // As it was before: with Pods.
    await cluster.client.create(resources.deployments, { ...given, spec: { ...given.spec, replicas: 2 } }, { fieldManager: 'kubectl-client-side-apply' });
    await apply('services');
    await apply('ingress');
    await eventually('the program is served', async () => (await ask(cluster.ingress, { host })).version === '1.0.0');
    users = startUsers(cluster.ingress, { host }, 50);
    await apply('rollout');
    await until('Healthy', 5);
    const beside = await deployment();
    expect(beside.status?.readyReplicas).toBe(2);
    expect(await pods()).toEqual({ '1.0.0': 2 });
    await apply('deployment');
    await eventually('the Deployment has no Pods', async () => ((await deployment()).status?.replicas ?? 0) === 0);
    const { spec } = await deployment();
    expect({ ...spec, replicas: 2 }).toEqual(beside.spec);
    expect(spec.template.metadata?.labels).toEqual({ app: 'test2-pregap' });
    expect(await answers()).toEqual({ '1.0.0': 60 });
    expect((await users.stop()).failed).toBe(0);
  }, 240_000);

  it('[S3-08] [S3-09] steers the two Services by their selectors, and leaves all else of them as it was', async () => {
    const hash = (await rollout()).status?.stableRS;
    for (const [given, name] of (manifests('services') as Service[]).map((each) => [each, each.metadata.name] as const)) {
      const found = await service(name);
      expect(found.metadata.annotations).toMatchObject({ 'argo-rollouts.argoproj.io/managed-by-rollouts': 'rollout-pregap' });
      expect(found.spec).toMatchObject({ type: 'ClusterIP', sessionAffinity: 'None', ports: given.spec?.ports ?? [] });
      expect(found.spec?.selector).toEqual({ app: 'test2-pregap', [HASH]: hash });
    }
    // What was there before it is the same address.
    const { spec } = await service('rollouts-pregap-stable');
    expect(spec?.clusterIP).toMatch(/^10\./);
  });

  it('[S3-01] [S3-03] [S3-04] [S3-10] runs both versions side by side, moves the traffic step by step by itself, and ends with the new one alone', async () => {
    const addresses = async (): Promise<unknown> => [(await service('rollouts-pregap-canary')).spec?.clusterIP, (await service('rollouts-pregap-stable')).spec?.clusterIP];
    const before = await addresses();
    users = startUsers(cluster.ingress, { host }, 50, 2);
    await setImage('1.1.0');
    await until('Paused', 1);
    expect(await pods()).toEqual({ '1.0.0': 2, '1.1.0': 1 });
    const ingress = await cluster.client.get(resources.ingresses, CANARY);
    expect(ingress.spec).toEqual({ ...(manifests('ingress')[0] as Ingress).spec, rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'rollouts-pregap-canary', port: { number: 8080 } } } }] } }] });
    expect(ingress.metadata.annotations).toMatchObject({ 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': '10' });
    expect(ingress.metadata.ownerReferences).toMatchObject([{ kind: 'Rollout', name: 'rollout-pregap', controller: true }]);
    expect(await share(0.1)).toBeLessThan(1);
    await tell({ pauseConditions: null });
    await until('Paused', 3);
    expect(await share(0.5)).toBeLessThan(1);
    expect(await pods()).toEqual({ '1.0.0': 2, '1.1.0': 1 });
    // From here on nobody does anything.
    await until('Healthy', 5, 120);
    await eventually('the canary has no share of its own', async () => (await canaryWeight()) === '0');
    expect(await answers()).toEqual({ '1.1.0': 60 });
    await eventually('the old version is gone', async () => (await pods())['1.0.0'] === undefined, 60);
    expect(await pods()).toEqual({ '1.1.0': 2 });
    const hash = (await rollout()).status?.currentPodHash;
    for (const name of ['rollouts-pregap-canary', 'rollouts-pregap-stable']) expect((await service(name)).spec?.selector).toEqual({ app: 'test2-pregap', [HASH]: hash });
    expect(await addresses()).toEqual(before);
    const report = await users.stop();
    expect({ failed: report.failed, errors: report.errors, statuses: Object.keys(report.statuses) }).toEqual({ failed: 0, errors: {}, statuses: ['200'] });
    expect(report.observed['1.0.0']?.answered).toBeGreaterThan(100);
  }, 240_000);

  it('[S3-10] takes a version back when it is told to: at once, without a request that fails, and the Deployment stays as it is', async () => {
    users = startUsers(cluster.ingress, { host }, 50, 3);
    await setImage('1.0.0');
    await until('Paused', 1);
    await tell({ abort: true });
    await until('Degraded', 0);
    // Degraded says what was decided; the routes follow.
    await eventually('its share is taken back', async () => (await canaryWeight()) === '0');
    await eventually('the old version alone answers', async () => (await answers())['1.1.0'] === 60);
    expect((await deployment()).spec).toMatchObject({ replicas: 0, template: { spec: { containers: [{ image: `${REGISTRY}:1.0.0` }] } } });
    await setImage('1.1.0');
    await until('Healthy', 5);
    expect((await users.stop()).failed).toBe(0);
  }, 240_000);

  it('is scaled as autoscalers do it', async () => {
    const scale = { ...argoResources.rollouts, plural: 'rollouts' } as unknown as Resource<KubernetesObject & { spec: RolloutSpec }>;
    await cluster.client.patch(scale, rolloutName, { kind: 'merge', body: { spec: { replicas: 3 } } }, { subresource: 'scale' });
    await eventually('there are three', async () => (await pods())['1.1.0'] === 3 && (await rollout()).status?.availableReplicas === 3);
    const scaleStatus = async (): Promise<{ replicas: number; selector: string }> => (JSON.parse(await cluster.client.raw(`/apis/argoproj.io/v1alpha1/namespaces/${namespace}/rollouts/rollout-pregap/scale`)) as { status: { replicas: number; selector: string } }).status;
    // Pods of the version before may still be on their way out.
    await eventually('an autoscaler counts three', async () => (await scaleStatus()).replicas === 3);
    expect((await scaleStatus()).selector).toContain('app=test2-pregap');
  });
});

const kindOf = ({ kind }: KubernetesObject): Resource<KubernetesObject> => {
  const found = [...Object.values(resources), ...Object.values(argoResources)].find((each) => each.kind === kind);
  if (!found) throw new Error(`no kind ${kind}`);
  return found as unknown as Resource<KubernetesObject>;
};
