import { afterAll, beforeAll, expect, it } from 'vitest';
import { isRecord } from '../../../kubernetes/json.js';
import { quantityAsNumber } from '../../../kubernetes/quantity.js';
import { resources } from '../../../kubernetes/resources.js';
import { systemClock } from '../../../ports/clock.js';
import { NODE_NAME, TestCluster, until } from '../testing/test-node.js';
import { groupUsages } from './group-usage.js';
import { UsageWriter } from './usage-writer.js';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start();
  await cluster.node();
});
afterAll(() => cluster.close());

/** Container usages by `pod/container`. */
async function measured(): Promise<Map<string, { cpu: number; memory: number }>> {
  const answer: unknown = JSON.parse(await cluster.client.raw('/apis/metrics.k8s.io/v1beta1/namespaces/default/pods', new URLSearchParams({ labelSelector: 'app=busy' })));
  const items = isRecord(answer) && Array.isArray(answer['items']) ? answer['items'] : [];
  return new Map(
    items.flatMap(({ metadata, containers }: { metadata: { name: string }; containers: { name: string; usage: { cpu: string; memory: string } }[] }) =>
      containers.map(({ name, usage }): [string, { cpu: number; memory: number }] => [`${metadata.name}/${name}`, { cpu: quantityAsNumber(usage.cpu), memory: quantityAsNumber(usage.memory) }]),
    ),
  );
}

it.runIf(process.platform === 'linux')('tells what the processes of each Pod use, as long as they run', async () => {
  const labels = { app: 'busy' };
  await cluster.run('busy', { args: ['(while :; do :; done) & wait'] }, {}, { labels });
  await cluster.run('lazy', { args: ['exec sleep 600'] }, {}, { labels });
  let last = new Map<string, { cpu: number; memory: number }>();
  await until(async () => {
    last = await measured();
    return (last.get('busy/main')?.cpu ?? 0) > 0.05 && last.has('lazy/main');
  }, () => JSON.stringify([...last]));
  expect(last.get('lazy/main')?.cpu).toBeLessThan(0.05);
  expect(last.get('lazy/main')?.memory).toBeGreaterThan(100_000);
  expect(JSON.parse(await cluster.client.raw(`/apis/metrics.k8s.io/v1beta1/nodes/${NODE_NAME}`))).toMatchObject({ usage: { cpu: expect.any(String), memory: expect.any(String) } });
  await cluster.client.delete(resources.pods, { name: 'busy', namespace: 'default' });
  await until(async () => !(await measured()).has('busy/main'), () => 'the metrics of the Pod stayed');
  expect((await measured()).has('lazy/main')).toBe(true);
});

it.runIf(process.platform === 'linux')('goes on after a measurement that failed', async () => {
  let failures = 2;
  const running = () => {
    if (failures-- > 0) throw new Error('EMFILE: too many open files');
    return [];
  };
  const writer = new UsageWriter({ client: cluster.client, clock: systemClock, name: 'other', every: 10, running });
  writer.start();
  const path = '/apis/metrics.k8s.io/v1beta1/nodes/other';
  await until(() => cluster.client.raw(path).then(() => true, () => false), () => 'nothing was measured any more');
  await writer.stop();
});

it.runIf(process.platform === 'linux')('leaves out groups that are gone', async () => {
  expect([...(await groupUsages(new Set([2 ** 30])))]).toEqual([]);
});
