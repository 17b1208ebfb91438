import { afterEach, describe, expect, it } from 'vitest';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { PodDisruptionBudget, PodDisruptionBudgetSpec } from '../../../kubernetes/generated/policy-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import { startLocalCluster, type LocalCluster } from '../testing/local-cluster.js';
import { deployment, NOON, pod } from '../testing/objects.js';
import { decideBudget } from './decide.js';

const namespace = 'default';
const budgetOf = (spec: PodDisruptionBudgetSpec): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', namespace, generation: 1 },
  spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
});

describe('how many Pods may go', () => {
  const ready = Array.from({ length: 4 }, (_, index) => pod(`p${index}`, { readySince: NOON }));
  it.each([
    [{ minAvailable: 3 }, undefined, { expectedPods: 4, desiredHealthy: 3, currentHealthy: 4, disruptionsAllowed: 1 }],
    [{ minAvailable: '50%' }, 5, { expectedPods: 5, desiredHealthy: 3, currentHealthy: 4, disruptionsAllowed: 1 }],
    [{ maxUnavailable: 1 }, 4, { expectedPods: 4, desiredHealthy: 3, currentHealthy: 4, disruptionsAllowed: 1 }],
    [{ maxUnavailable: '30%' }, 5, { expectedPods: 5, desiredHealthy: 3, currentHealthy: 4, disruptionsAllowed: 1 }],
    [{ maxUnavailable: 1 }, 6, { expectedPods: 6, desiredHealthy: 5, currentHealthy: 4, disruptionsAllowed: 0 }],
  ] as const)('%j of %s', (spec, expected, status) => {
    expect(decideBudget({ budget: budgetOf(spec), pods: ready, expected, now: NOON }).status).toMatchObject(status);
  });

  it('counts neither Pods that go, nor those whose eviction was granted within two minutes', () => {
    const granted = { ...budgetOf({ minAvailable: 1 }), status: { disruptedPods: { p0: '2026-01-01T11:59:00Z', p1: '2026-01-01T11:00:00Z' } } };
    const pods = [...ready.slice(0, 2), pod('going', { readySince: NOON, metadata: { deletionTimestamp: '2026-01-01T12:00:00Z' } })];
    const { status, againAfter } = decideBudget({ budget: granted, pods, expected: undefined, now: NOON });
    expect(status).toMatchObject({ currentHealthy: 1, disruptionsAllowed: 0, disruptedPods: { p0: '2026-01-01T11:59:00Z' } });
    expect(status.disruptedPods).not.toHaveProperty('p1');
    expect(againAfter).toBe(60_001);
  });
});

describe('the status of a budget', () => {
  let cluster: LocalCluster;
  afterEach(() => cluster.stop());
  const status = async () => (await cluster.client.get(resources.podDisruptionBudgets, { name: 'web', namespace })).status;

  it('follows the Pods and the sizes of their controllers, a borrowed ReplicaSet among them', async () => {
    cluster = await startLocalCluster({ readyAfter: 50 });
    const { client } = cluster;
    const { generation: _generation, ...bare } = budgetOf({}).metadata;
    await client.create(resources.podDisruptionBudgets, { ...budgetOf({ maxUnavailable: 1 }), metadata: bare });
    await cluster.pass(100);
    expect(await status()).toMatchObject({ expectedPods: 0, disruptionsAllowed: 0, conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' }] });
    const { uid: _uid, resourceVersion: _version, generation: _other, ...metadata } = deployment('web:1').metadata;
    await client.create(resources.deployments, { ...deployment('web:1', { replicas: 3 }), metadata });
    await cluster.pass(1000);
    expect(await status()).toMatchObject({ expectedPods: 3, desiredHealthy: 2, currentHealthy: 3, disruptionsAllowed: 1, observedGeneration: 1, conditions: [{ status: 'True', reason: 'SufficientPods' }] });

    const labels = { app: 'web', track: 'canary' };
    const canary = (image: string): ReplicaSet => ({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'web-canary', namespace },
      spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { name: '', labels }, spec: { containers: [{ name: 'web', image }] } } },
    });
    await client.create(resources.replicaSets, canary('web:bad'));
    await cluster.pass(1000);
    expect(await status()).toMatchObject({ expectedPods: 5, desiredHealthy: 4, currentHealthy: 3, disruptionsAllowed: 0 });
    await client.delete(resources.replicaSets, { name: 'web-canary', namespace });
    await cluster.pass(2000);
    expect(await status()).toMatchObject({ expectedPods: 3, currentHealthy: 3, disruptionsAllowed: 1 });
  });

  it('allows nothing where a controller has no size, and says so', async () => {
    cluster = await startLocalCluster();
    const { generation: _generation, ...bare } = budgetOf({}).metadata;
    await cluster.client.create(resources.podDisruptionBudgets, { ...budgetOf({ maxUnavailable: 1 }), metadata: bare });
    await cluster.client.create(resources.jobs, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'try', namespace },
      spec: { template: { metadata: { name: '', labels: { app: 'web' } }, spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'try:1' }] } } },
    });
    await cluster.pass(100);
    expect(await status()).toMatchObject({ disruptionsAllowed: 0, conditions: [{ reason: 'SyncFailed', message: 'jobs.batch does not implement the scale subresource' }] });
  });
});
