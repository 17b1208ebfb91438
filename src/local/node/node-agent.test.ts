import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import { NODE_NAME, TestCluster, ready, running, waitingFor, type TestNode } from './testing/test-node.js';

let cluster: TestCluster;
let node: TestNode;
beforeAll(async () => {
  cluster = await TestCluster.start();
  node = await cluster.node();
});
afterAll(() => cluster.close());

it('registers a ready Node with a heart beat', async () => {
  const { status, spec } = await cluster.client.get(resources.nodes, { name: NODE_NAME });
  expect(status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'True' });
  expect(status?.capacity?.['pods']).toBe('110');
  expect(spec.podCIDR).toBe(cluster.podRange);
  const lease = await cluster.client.get(resources.leases, { name: NODE_NAME, namespace: 'kube-node-lease' });
  expect(lease.spec.holderIdentity).toBe(NODE_NAME);
});

it('runs a Pod until it is deleted', async () => {
  await cluster.run('plain', { args: ['trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done'] });
  const pod = await cluster.until('plain', ready);
  expect(pod.status?.phase).toBe('Running');
  expect(pod.status?.podIP).toMatch(/^10\.244\.\d+\.\d+$/);
  expect(pod.status?.conditions?.map(({ type, status }) => `${type}=${status}`).sort()).toEqual([
    'ContainersReady=True',
    'Initialized=True',
    'PodReadyToStartContainers=True',
    'PodScheduled=True',
    'Ready=True',
  ]);
  expect(pod.status?.containerStatuses?.[0]).toMatchObject({ name: 'main', ready: true, started: true, restartCount: 0 });
  const log = `pod-logs/default_plain_${pod.metadata.uid}/main/0.log`;
  expect(await cluster.untilFile(log)).toBe('up\n');
  await cluster.client.delete(resources.pods, { name: 'plain', namespace: 'default' });
  await cluster.untilDeleted('plain');
  await vi.waitFor(() => expect(readFile(cluster.file(log))).rejects.toThrow('ENOENT'), { timeout: 10_000, interval: 20 });
});

it('starts no Pod that somebody else on the machine runs and only shows', async () => {
  await cluster.client.create(resources.pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'mirror', namespace: 'default', annotations: { 'kubernetes.io/config.mirror': 'x' } }, spec: { nodeName: NODE_NAME, containers: [{ name: 'main', image: 'x' }] } });
  await cluster.run('beside', { args: ['sleep 60'] });
  await cluster.until('beside', ready);
  expect((await cluster.client.get(resources.pods, { namespace: 'default', name: 'mirror' })).status?.containerStatuses).toBeUndefined();
});

it('names image, table and remedy of an image in no table, and starts once it is there', async () => {
  await cluster.run('unknown', { image: 'shop/web:1', args: ['sleep 60'] });
  const { status } = await cluster.until('unknown', waitingFor('ErrImagePull'));
  expect(status?.containerStatuses?.[0]?.state?.waiting?.message).toContain(`image "shop/web:1" stands for no local program: it is not in the image table ${cluster.file('images.json')}`);
  await cluster.until('unknown', waitingFor('ImagePullBackOff'));
  await cluster.image('shop/web:1', { command: ['/bin/sh', '-c'] });
  const pod = await cluster.until('unknown', ready);
  expect(pod.status?.containerStatuses?.[0]?.imageID).toMatch(/^shop\/web@sha256:/);
  expect((await cluster.events('unknown')).map(({ reason }) => reason)).toContain('Failed');
});

it('restarts with back-off and keeps count', async () => {
  await cluster.run('crash', { args: ['exit 3'] });
  const pod = await cluster.until('crash', (each) => waitingFor('CrashLoopBackOff')(each) && (each.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 2);
  const [status] = pod.status?.containerStatuses ?? [];
  expect(status?.lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
  expect(status?.state?.waiting?.message).toMatch(/^back-off 0\.\d+s restarting failed container=main pod=crash_default\(/);
  expect(pod.status?.phase).toBe('Running');
  expect(ready(pod)).toBe(false);
});

it('says how a process ended', async () => {
  await cluster.run('well', { args: ['exit 0'] }, { restartPolicy: 'Never' });
  await cluster.run('badly', { args: ['echo out of luck; exit 7'], terminationMessagePolicy: 'FallbackToLogsOnError' }, { restartPolicy: 'Never' });
  await cluster.run('killed', { args: ['kill -KILL $$$$'] }, { restartPolicy: 'Never' });
  await cluster.run('missing', { command: ['/no/such/program'] }, { restartPolicy: 'Never' });
  const well = await cluster.until('well', ({ status }) => status?.phase === 'Succeeded');
  expect(well.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False', reason: 'PodCompleted' });
  const exit = async (name: string) => (await cluster.until(name, ({ status }) => status?.phase === 'Failed')).status?.containerStatuses?.[0]?.state?.terminated;
  expect(await exit('badly')).toMatchObject({ exitCode: 7, message: 'out of luck\n' });
  expect(await exit('killed')).toMatchObject({ exitCode: 137, signal: 9 });
  expect(await exit('missing')).toMatchObject({ exitCode: 128, reason: 'StartError' });
});

it('starts a container that failed anew until it is done, and keeps its logs', async () => {
  const tries = cluster.file('tries');
  await cluster.run('tried', { args: [`echo try >> ${tries}; echo "try $(wc -l < ${tries})"; [ "$(wc -l < ${tries})" = 3 ]`.replaceAll('$(', '$$(')] }, { restartPolicy: 'OnFailure' });
  const { metadata, status } = await cluster.until('tried', (pod) => pod.status?.phase === 'Succeeded');
  expect(status?.containerStatuses?.[0]).toMatchObject({ restartCount: 2, state: { terminated: { exitCode: 0, reason: 'Completed' } }, lastState: { terminated: { exitCode: 1 } } });
  const log = (run: number) => readFile(cluster.file(`pod-logs/default_tried_${metadata.uid}/main/${run}.log`), 'utf8');
  expect([await log(1), await log(2)]).toEqual(['try 2\n', 'try 3\n']);
});

it('runs init containers in order, before the others', async () => {
  const order = cluster.file('order');
  const step = (name: string, script: string) => ({ name, image: 'sh', args: [script] });
  await cluster.run('initial', { args: [`echo main >> ${order}; sleep 60`] }, { initContainers: [step('one', `sleep 0.1; echo one >> ${order}`), step('two', `echo two >> ${order}`)] });
  const pod = await cluster.until('initial', ready);
  expect(await cluster.untilEndOfFile('order', 'main\n')).toBe('one\ntwo\nmain\n');
  expect(pod.status?.initContainerStatuses?.map((each) => each.ready)).toEqual([true, true]);

  await cluster.run('stuck', { args: ['sleep 60'] }, { restartPolicy: 'Never', initContainers: [step('fails', 'exit 1')] });
  await cluster.until('stuck', ({ status }) => status?.phase === 'Failed');
});

it('refuses by name what it does not support, and names what it does not enforce', async () => {
  await cluster.run('refused', { livenessProbe: { grpc: { port: 1 } }, lifecycle: { postStart: { exec: { command: ['x'] } } } }, { hostNetwork: true });
  const { status } = await cluster.until('refused', waitingFor('CreateContainerConfigError'));
  expect(status?.containerStatuses?.[0]?.state?.waiting?.message).toContain('does not support spec.hostNetwork, spec.containers[0].lifecycle.postStart, spec.containers[0].livenessProbe.grpc: remove them');
  await cluster.run('limited', { args: ['sleep 60'], resources: { limits: { cpu: '1' } }, securityContext: { runAsNonRoot: true } });
  await cluster.until('limited', ready);
  const messages = (await cluster.events('limited')).map(({ message }) => message ?? '');
  expect(messages).toContainEqual(expect.stringContaining('not enforced: spec.containers[0].resources, spec.containers[0].securityContext'));
});

it('waits for readiness gates', async () => {
  await cluster.run('gated', { args: ['sleep 60'] }, { readinessGates: [{ conditionType: 'example.com/go' }] });
  const pod = await cluster.until('gated', ({ status }) => status?.conditions?.some(({ reason }) => reason === 'ReadinessGatesNotReady') ?? false);
  expect(running(pod)).toBe(true);
  const body = { status: { conditions: [{ type: 'example.com/go', status: 'True' }] } };
  await cluster.client.patch(resources.pods, { name: 'gated', namespace: 'default' }, { kind: 'strategic', body }, { subresource: 'status' });
  const after = await cluster.until('gated', ready);
  expect(after.status?.conditions?.map(({ type }) => type)).toContain('example.com/go');
});

it('starts a container anew when its image changes in place', async () => {
  await cluster.image('next', { command: ['/bin/sh', '-c'] });
  await cluster.run('upgraded', { args: ['exec sleep 60'] });
  await cluster.until('upgraded', ready);
  const body = { spec: { containers: [{ name: 'main', image: 'next' }] } };
  await cluster.client.patch(resources.pods, { name: 'upgraded', namespace: 'default' }, { kind: 'strategic', body });
  const pod = await cluster.until('upgraded', (each) => ready(each) && each.status?.containerStatuses?.[0]?.restartCount === 1);
  expect(pod.status?.containerStatuses?.[0]).toMatchObject({ image: 'next', imageID: expect.stringMatching(/^next@sha256:/) });
});

it('keeps a log under its limit', async () => {
  await cluster.run('talkative', { args: ['while :; do echo 0123456789012345678901234567890123456789; sleep 0.001; done'] });
  const { metadata } = await cluster.until('talkative', ready);
  await cluster.untilFile(`pod-logs/default_talkative_${metadata.uid}/main/0.log.1`);
  await cluster.client.delete(resources.pods, { name: 'talkative', namespace: 'default' });
  await cluster.untilDeleted('talkative');
});

it('gives each of many Pods that come and go its own address, and ends them all', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `many-${index}`);
  await Promise.all(names.map((name) => cluster.run(name, { args: ['exec sleep 60'] })));
  // Some are deleted while they are still starting.
  const [early, late] = [names.slice(0, 8), names.slice(8)];
  const remove = (name: string) => cluster.client.delete(resources.pods, { name, namespace: 'default' });
  await Promise.all(early.map(remove));
  const pods = await Promise.all(late.map((name) => cluster.until(name, ready)));
  expect(new Set(pods.map(({ status }) => status?.podIP)).size).toBe(late.length);
  await Promise.all(late.map(remove));
  await Promise.all(names.map((name) => cluster.untilDeleted(name)));
});

it('takes its Pods over when it starts again, with what happened meanwhile', async () => {
  await cluster.run('kept', { args: ['sleep 60'] });
  await cluster.run('dropped', { args: ['sleep 60'] });
  const before = await cluster.until('kept', ready);
  await cluster.until('dropped', ready);
  await node.stop();
  const meanwhile = await cluster.pod('kept');
  expect(meanwhile.status).toMatchObject({ phase: 'Running', containerStatuses: [{ state: { running: {} } }] });
  expect(meanwhile.status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False', reason: 'NodeShutdown' });
  await cluster.client.delete(resources.pods, { name: 'dropped', namespace: 'default' }, { gracePeriodSeconds: 0 });
  node = await cluster.node();
  const after = await cluster.until('kept', (pod) => ready(pod) && pod.status?.containerStatuses?.[0]?.restartCount === 1);
  expect(after.status?.podIP).toBe(before.status?.podIP);
  expect(after.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'ContainerStatusUnknown' });
});
