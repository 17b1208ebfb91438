import { spawn } from 'node:child_process';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resources } from '../../../kubernetes/resources.js';
import { systemClock } from '../../../ports/clock.js';
import { identifyProcess, isGroupRunning } from '../../processes/process-identity.js';
import { ProcessRecords } from '../processes/process-records.js';
import { NODE_NAME, TestCluster, ready, until } from '../testing/test-node.js';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start();
  await cluster.node();
});
afterAll(() => cluster.close());

const remove = (name: string, gracePeriodSeconds?: number) =>
  cluster.client.delete(resources.pods, { name, namespace: 'default' }, gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds });

it('is not ready from the start of its end; runs preStop, then SIGTERM, and keeps the object until the process is gone', async () => {
  const trace = cluster.file('trace');
  const script = `trap "echo term >> ${trace}; sleep 0.3; echo end >> ${trace}; exit 0" TERM; echo up >> ${trace}; while :; do sleep 0.02; done`;
  await cluster.run('graceful', { args: [script], lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', `sleep 0.2; echo stop >> ${trace}`] } } } });
  await cluster.until('graceful', ready);
  await cluster.untilFile('trace');
  await remove('graceful');
  const ending = await cluster.until('graceful', (pod) => !ready(pod));
  expect(ending.metadata.deletionTimestamp).toBeDefined();
  expect(ending.status?.containerStatuses?.[0]?.state?.running).toBeDefined();
  await cluster.untilDeleted('graceful');
  expect(await readFile(trace, 'utf8')).toBe('up\nstop\nterm\nend\n');
});

it('kills the whole group when the grace period is over', async () => {
  const pids = cluster.file('pids');
  await cluster.run('stubborn', { args: [`trap "" TERM; (trap "" TERM; while :; do sleep 0.05; done) & echo $$$$ $! > ${pids}; while :; do sleep 0.05; done`] }, { terminationGracePeriodSeconds: 1 });
  await cluster.until('stubborn', ready);
  await cluster.untilFile('pids');
  const [leader = 0, child = 0] = (await readFile(pids, 'utf8')).trim().split(' ').map(Number);
  expect(identifyProcess(leader)).toBeDefined();
  await remove('stubborn');
  await cluster.untilDeleted('stubborn');
  expect(identifyProcess(leader)).toBeUndefined();
  await until(() => Promise.resolve(identifyProcess(child) === undefined), () => `process ${child} still runs`);
});

it('takes a shorter grace period that comes later, and ends what was deleted by force', async () => {
  const script = 'trap "" TERM; while :; do sleep 0.05; done';
  await cluster.run('hurried', { args: [script] }, { terminationGracePeriodSeconds: 600 });
  await cluster.run('forced', { args: [`echo $$$$ > ${cluster.file('forced')}; ${script}`] });
  const initial = { name: 'initial', image: 'sh', args: [`trap "" TERM; echo > ${cluster.file('initial')}; while :; do sleep 0.05; done`] };
  await cluster.run('preparing', { args: ['sleep 60'] }, { terminationGracePeriodSeconds: 600, initContainers: [initial] });
  await Promise.all([cluster.until('hurried', ready), cluster.until('forced', ready), cluster.untilFile('forced'), cluster.untilFile('initial')]);
  for (const name of ['hurried', 'preparing']) await remove(name);
  for (const name of ['hurried', 'preparing']) await remove(name, 1);
  await remove('forced', 0);
  await Promise.all([cluster.untilDeleted('hurried'), cluster.untilDeleted('preparing')]);
  const pid = Number(await readFile(cluster.file('forced'), 'utf8'));
  await until(() => Promise.resolve(identifyProcess(pid) === undefined), () => `process ${pid} still runs`);
});

it('names the files that it cannot remove, and goes on', async () => {
  await cluster.run('messy', { args: ['exec sleep 60'] });
  await cluster.until('messy', ready);
  const [pods, away] = [cluster.file(`${NODE_NAME}/pods`), cluster.file('away')];
  await rename(pods, away);
  await writeFile(pods, 'no folder');
  await remove('messy');
  await cluster.untilDeleted('messy');
  await until(async () => (await cluster.events('messy')).some(({ reason, message }) => reason === 'FailedCleanUp' && message?.includes(pods) === true), () => 'no Event');
  await rm(pods);
  await rename(away, pods);
  await cluster.run('next', { args: ['exec sleep 60'] });
  await cluster.until('next', ready);
});

it('deletes a Pod that never ran', async () => {
  await cluster.run('never', { image: 'in/no:table' });
  await cluster.until('never', ({ status }) => status?.containerStatuses?.[0]?.state?.waiting !== undefined);
  await remove('never');
  await cluster.untilDeleted('never');
});

it('ends what an earlier life of the node left running, and nothing else', async () => {
  const folder = cluster.file('records');
  const orphan = spawn('/bin/sh', ['-c', 'trap "" TERM; while :; do sleep 0.05; done'], { detached: true, stdio: 'ignore' });
  const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const records = new ProcessRecords(folder);
  records.add(orphan.pid ?? 0, 'test');
  const [orphaned, strange] = [identifyProcess(orphan.pid ?? 0), identifyProcess(stranger.pid ?? 0)];
  if (orphaned === undefined || strange === undefined) throw new Error('the processes did not start');
  expect(await new ProcessRecords(folder).endAll(systemClock)).toBe(1);
  expect(isGroupRunning(orphaned)).toBe(false);
  expect(isGroupRunning(strange)).toBe(true);
  stranger.kill('SIGKILL');
  expect(await new ProcessRecords(folder).endAll(systemClock)).toBe(0);
});
