import { afterEach, expect, it } from 'vitest';
import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerSpec } from '../../../kubernetes/generated/autoscaling-v2.js';
import { timestamp } from '../../../kubernetes/conditions.js';
import type { KubernetesObject, Resource } from '../../../kubernetes/objects.js';
import { resources } from '../../../kubernetes/resources.js';
import { startLocalCluster, type LocalCluster, type LocalClusterOptions } from '../testing/local-cluster.js';
import { deployment } from '../testing/objects.js';

const namespace = 'default';
let cluster: LocalCluster;
afterEach(() => cluster.stop());

const podMetrics: Resource<KubernetesObject> = { group: 'metrics.k8s.io', version: 'v1beta1', kind: 'PodMetrics', plural: 'pods', namespaced: true };

/** A Deployment of 2 whose containers request 100m, and an autoscaler for it. */
async function start(spec: Partial<HorizontalPodAutoscalerSpec> = {}, options: LocalClusterOptions = {}): Promise<void> {
  cluster = await startLocalCluster({ readyAfter: 20, autoscalerPeriod: 3000, ...options });
  const { client } = cluster;
  const { uid: _uid, resourceVersion: _version, generation: _generation, ...metadata } = deployment('web:1').metadata;
  const { template, ...rest } = deployment('web:1', { replicas: 2 }).spec;
  const containers = [{ name: 'web', image: 'web:1', resources: { requests: { cpu: '100m' } } }];
  await client.create(resources.deployments, { ...deployment('web:1'), metadata, spec: { ...rest, template: { ...template, spec: { ...template.spec, containers } } } });
  await cluster.pass(1000);
  await client.create(resources.horizontalPodAutoscalers, autoscaler('web', spec));
}

const autoscaler = (name: string, spec: Partial<HorizontalPodAutoscalerSpec> = {}): HorizontalPodAutoscaler => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, namespace },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 10, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }], ...spec },
});

/** Writes what each Pod uses, as the node would, and starts them all long ago. */
async function use(cpu: string): Promise<void> {
  const { client, clock } = cluster;
  for (const { metadata } of (await client.list(resources.pods, { namespace })).items) {
    const usage = { cpu, memory: '1Mi' };
    const metrics = { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics', metadata: { name: metadata.name, namespace, labels: metadata.labels ?? {} }, timestamp: timestamp(clock.now()), window: '1s', containers: [{ name: 'web', usage }] };
    await client.replace(podMetrics, metrics);
    await client.patch(resources.pods, { name: metadata.name, namespace }, { kind: 'merge', body: { status: { startTime: '2025-01-01T00:00:00Z' } } }, { subresource: 'status' });
  }
}

const status = async (name = 'web') => (await cluster.client.get(resources.horizontalPodAutoscalers, { name, namespace })).status;
const conditions = async (name = 'web') => Object.fromEntries(((await status(name))?.conditions ?? []).map(({ type, status: value, reason }) => [type, `${value} ${reason}`]));
const replicas = async () => (await cluster.client.get(resources.deployments, { name: 'web', namespace })).spec.replicas;

it('scales up at once and down after five minutes, by what all Pods use', async () => {
  await start();
  await use('120m');
  await cluster.pass(3100);
  expect(await replicas()).toBe(4);
  expect(await conditions()).toEqual({ AbleToScale: 'True SucceededRescale', ScalingActive: 'True ValidMetricFound', ScalingLimited: 'True ScaleUpLimit' });
  expect(await status()).toMatchObject({ desiredReplicas: 4, currentReplicas: 2, lastScaleTime: expect.any(String), currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 120, averageValue: '120m' } } }] });
  await use('50m');
  await cluster.pass(3100);
  // The first look asked for 5, and was not allowed more than 4 at once.
  expect(await status()).toMatchObject({ desiredReplicas: 5, currentReplicas: 4 });
  await cluster.pass(1000);
  await use('10m');
  await cluster.pass(6000);
  expect(await replicas()).toBe(5);
  expect(await conditions()).toMatchObject({ AbleToScale: 'True ScaleDownStabilized' });
  await cluster.pass(300_000);
  expect(await replicas()).toBe(1);
  const reasons = (await cluster.client.list(resources.events, { namespace })).items.filter(({ involvedObject }) => involvedObject.kind === 'HorizontalPodAutoscaler').map(({ message }) => message);
  expect(reasons).toContain('New size: 4; reason: cpu resource utilization (percentage of request) above target');
  expect(reasons).toContain('New size: 1; reason: All metrics below target');
});

it('counts the Pods of a ReplicaSet that another controls, when the selector matches them', async () => {
  await start();
  const labels = { app: 'web', track: 'canary' };
  const containers = [{ name: 'web', image: 'web:2', resources: { requests: { cpu: '100m' } } }];
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'holder', uid: '' };
  const holder = await cluster.client.create(resources.configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'holder', namespace } });
  await cluster.client.create(resources.replicaSets, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'canary', namespace, ownerReferences: [{ ...owner, uid: holder.metadata.uid ?? '', controller: true }] },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { name: '', labels }, spec: { containers } } },
  });
  await cluster.pass(1000);
  await use('80m');
  await cluster.pass(3100);
  // 4 Pods at 160 % of the target ask for 7; the Deployment's 2 may only be doubled.
  expect(await replicas()).toBe(4);
  expect(await conditions()).toMatchObject({ ScalingLimited: 'True ScaleUpLimit' });
});

it('is no rival of the one that takes its place, even where it was deleted in the middle of a look', async () => {
  let [hold, letGo] = [false, (): void => undefined];
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await start({}, {
    intercept: async (request, send) => {
      if (hold && request.path.endsWith('/scale')) await held;
      return send();
    },
  });
  await use('50m');
  hold = true;
  await cluster.pass(3100);
  await cluster.client.delete(resources.horizontalPodAutoscalers, { name: 'web', namespace });
  await cluster.pass(100);
  hold = false;
  letGo();
  await cluster.pass(100);
  await cluster.client.create(resources.horizontalPodAutoscalers, autoscaler('other'));
  await cluster.pass(3100);
  expect(await conditions('other')).toMatchObject({ ScalingActive: 'True ValidMetricFound' });
});

it('says why it cannot scale, and scales nothing then', async () => {
  await start();
  await cluster.pass(3100);
  expect(await conditions()).toEqual({ AbleToScale: 'True SucceededGetScale', ScalingActive: 'False FailedGetResourceMetric' });
  expect((await status())?.conditions?.[1]?.message).toBe(
    'the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API',
  );
  const aim = (name: string) => cluster.client.patch(resources.horizontalPodAutoscalers, { name: 'web', namespace }, { kind: 'merge', body: { spec: { scaleTargetRef: { name } } } });
  await aim('nobody');
  await cluster.pass(100);
  expect(await conditions()).toMatchObject({ AbleToScale: 'False FailedGetScale' });
  await aim('web');
  await cluster.client.patch(resources.deployments, { name: 'web', namespace }, { kind: 'merge', body: { spec: { replicas: 0 } } });
  await cluster.pass(3100);
  expect(await conditions()).toMatchObject({ AbleToScale: 'True SucceededGetScale', ScalingActive: 'False ScalingDisabled' });
  await cluster.client.patch(resources.deployments, { name: 'web', namespace }, { kind: 'merge', body: { spec: { replicas: 12 } } });
  await cluster.pass(3100);
  expect(await replicas()).toBe(10);
});
