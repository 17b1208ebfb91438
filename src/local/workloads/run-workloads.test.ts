import { afterEach, describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { deployment, pod } from './testing/objects.js';
import { startLocalCluster, type LocalCluster, type LocalClusterOptions } from './testing/local-cluster.js';

const running: LocalCluster[] = [];
afterEach(async () => {
  for (const cluster of running.splice(0)) await cluster.stop();
});
async function start(options?: LocalClusterOptions): Promise<LocalCluster> {
  const cluster = await startLocalCluster(options);
  running.push(cluster);
  return cluster;
}

const namespace = 'default';
const web = (replicas: number) => {
  const { uid: _uid, resourceVersion: _version, generation: _generation, ...metadata } = deployment('web:v1').metadata;
  return { ...deployment('web:v1', { replicas }), metadata };
};
const node = (name: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: {},
  status: { allocatable: { cpu: '4', memory: '8Gi', pods: '2' }, conditions: [{ type: 'Ready', status: 'True' }] },
});
async function addNode({ client }: LocalCluster, name: string): Promise<void> {
  const { status, ...bare } = node(name);
  const created = await client.create(resources.nodes, bare);
  await client.replace(resources.nodes, { ...created, ...(status && { status }) }, { subresource: 'status' });
}
const podsOf = async ({ client }: LocalCluster): Promise<Pod[]> => (await client.list(resources.pods, { namespace })).items;

describe('the controllers together', () => {
  it('spread Pods over nodes with room, and say on the Pod within seconds why one has none', async () => {
    const cluster = await start({ without: [] });
    await addNode(cluster, 'n1');
    await addNode(cluster, 'n2');
    await cluster.client.create(resources.deployments, web(5));
    await cluster.pass(2000);
    const pods = await podsOf(cluster);
    expect(pods.map(({ spec }) => spec.nodeName ?? '').sort()).toEqual(['', 'n1', 'n1', 'n2', 'n2']);
    const left = pods.find(({ spec }) => (spec.nodeName ?? '') === '');
    expect(left?.status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/2 nodes are available: 2 Too many pods.' }]);
    const { items: events } = await cluster.client.list(resources.events, { namespace });
    const reasons = new Set(events.map(({ reason, involvedObject }) => `${involvedObject.kind} ${reason}`));
    expect([...reasons].sort()).toEqual(['Deployment ScalingReplicaSet', 'Pod FailedScheduling', 'Pod Scheduled', 'ReplicaSet SuccessfulCreate']);
    await addNode(cluster, 'n3');
    await cluster.pass(1000);
    expect((await podsOf(cluster)).filter(({ spec }) => spec.nodeName === 'n3')).toHaveLength(1);
  });

  it('tell Services which Pods are ready', async () => {
    const cluster = await start({ readyAfter: 100 });
    await cluster.client.create(resources.services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    await cluster.client.create(resources.deployments, web(2));
    await cluster.pass(1000);
    for (const [index, { metadata }] of (await podsOf(cluster)).entries()) {
      const body = { status: { podIP: `10.244.0.${index}`, podIPs: [{ ip: `10.244.0.${index}` }] } };
      await cluster.client.patch(resources.pods, { name: metadata.name, namespace }, { kind: 'strategic', body }, { subresource: 'status' });
    }
    await cluster.pass(100);
    const slices = async () => (await cluster.client.list(resources.endpointSlices, { namespace })).items;
    expect((await slices()).flatMap(({ endpoints = [] }) => endpoints.map(({ addresses, conditions }) => [addresses[0], conditions?.ready])).sort()).toEqual([
      ['10.244.0.0', true],
      ['10.244.0.1', true],
    ]);
    await cluster.client.delete(resources.services, { name: 'web', namespace });
    await cluster.pass(1000);
    expect(await slices()).toEqual([]);
  });

  it('empty a namespace and let it go', async () => {
    const cluster = await start({ readyAfter: 100 });
    await cluster.client.create(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'short' }, spec: {} });
    await cluster.client.create(resources.deployments, { ...web(2), metadata: { name: 'web', namespace: 'short' } });
    await cluster.pass(1000);
    await cluster.client.delete(resources.namespaces, { name: 'short' });
    await cluster.pass(5000);
    expect(await cluster.client.find(resources.namespaces, { name: 'short' })).toBeUndefined();
    expect((await cluster.client.list(resources.pods, { namespace: 'short' })).items).toEqual([]);
  });

  it('notice a node that fell silent, and remove the Pods of one that is gone', async () => {
    const cluster = await start({ without: [] });
    await addNode(cluster, 'n1');
    await cluster.client.create(resources.deployments, web(1));
    await cluster.pass(1000);
    await cluster.pass(60_000);
    const silent = await cluster.client.get(resources.nodes, { name: 'n1' });
    expect(silent.status?.conditions).toMatchObject([{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }]);
    await cluster.client.delete(resources.nodes, { name: 'n1' });
    await cluster.pass(60_000);
    expect((await podsOf(cluster)).map(({ spec }) => spec.nodeName)).toEqual([undefined]);
  });

  it('give the same history for the same seed', async () => {
    const history = async (seed: number): Promise<string> => {
      const cluster = await start({ seed, readyAfter: 250 });
      const seen: string[] = [];
      cluster.informers.of(resources.pods).onChange(({ type, object }) => seen.push(`${cluster.clock.now()} ${type} ${object.metadata.name} ${object.metadata.uid}`));
      await cluster.client.create(resources.deployments, web(3));
      await cluster.pass(1000);
      await cluster.client.patch(resources.deployments, { name: 'web', namespace }, { kind: 'merge', body: { spec: { replicas: 6 } } });
      await cluster.pass(1000);
      return seen.join('\n');
    };
    const first = await history(7);
    expect(first.split('\n').length).toBeGreaterThan(10);
    expect(await history(7)).toBe(first);
    expect(await history(8)).not.toBe(first);
  });

  it('make and delete no Pod twice on caches that lag', async () => {
    for (const lag of [50, 300, 1000]) {
      const cluster = await start({ lag, readyAfter: 100, seed: lag });
      let [added, deleted] = [0, 0];
      cluster.informers.of(resources.pods).onChange(({ type }) => {
        if (type === 'added') added += 1;
        if (type === 'deleted') deleted += 1;
      });
      const scale = (replicas: number) => cluster.client.patch(resources.deployments, { name: 'web', namespace }, { kind: 'merge', body: { spec: { replicas } } });
      await cluster.client.create(resources.deployments, web(5));
      await cluster.pass(60_000);
      await scale(2);
      await cluster.pass(60_000);
      expect([lag, added, deleted]).toEqual([lag, 5, 3]);
      await scale(4);
      await cluster.pass(60_000);
      expect([lag, added, deleted]).toEqual([lag, 7, 3]);
      expect((await cluster.client.get(resources.deployments, { name: 'web', namespace })).status?.availableReplicas).toBe(4);
    }
  });

  it('leave a Pod alone that nobody controls', async () => {
    const cluster = await start();
    const { uid: _uid, creationTimestamp: _created, ...metadata } = pod('alone').metadata;
    await cluster.client.create(resources.pods, { ...pod('alone'), metadata });
    await cluster.pass(1000);
    expect(await podsOf(cluster)).toHaveLength(1);
  });
});
