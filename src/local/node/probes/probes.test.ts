import { rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestCluster, ready, running, until } from '../testing/test-node.js';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start();
  await cluster.node();
});
afterAll(() => cluster.close());

/** A server that answers the status in a file, 200 without one. */
const server = (file: string) => ({
  image: 'node',
  args: [
    '-e',
    `const fs = require('fs'); require('http').createServer((q, r) => { let s = 200; try { s = Number(fs.readFileSync('${file}', 'utf8')); } catch {} r.statusCode = s; r.end(); }).listen(process.env.PORT, process.env.HOST)`,
  ],
  ports: [{ name: 'web', containerPort: 8080 }],
});

it('follows an HTTP readiness probe up and down', async () => {
  const file = cluster.file('readiness');
  await cluster.run('http', { ...server(file), readinessProbe: { httpGet: { path: '/health', port: 'web' }, periodSeconds: 1, failureThreshold: 1 } });
  const started = await cluster.until('http', running);
  expect(ready(started)).toBe(false);
  await cluster.until('http', ready);
  await writeFile(file, '503');
  const pod = await cluster.until('http', (each) => !ready(each));
  expect(pod.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  await rm(file);
  await cluster.until('http', ready);
  const messages = (await cluster.events('http')).filter(({ reason }) => reason === 'Unhealthy').map(({ message }) => message);
  expect(messages).toContain('Readiness probe failed: HTTP probe failed with statuscode: 503');
});

it('restarts a container that fails its liveness probe', async () => {
  const file = cluster.file('alive');
  await writeFile(file, '');
  await cluster.run('live', { args: ['exec sleep 60'], livenessProbe: { exec: { command: ['/bin/sh', '-c', `test -e ${file}`] }, periodSeconds: 1, failureThreshold: 1 } });
  await cluster.until('live', ready);
  await rm(file);
  const pod = await cluster.until('live', ({ status }) => (status?.containerStatuses?.[0]?.restartCount ?? 0) >= 1);
  expect(pod.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({ exitCode: 143, signal: 15 });
  expect((await cluster.events('live')).map(({ message }) => message)).toContain('Container main failed liveness probe, will be restarted');
});

it('holds the other probes back until a startup probe succeeds, and restarts when it does not', async () => {
  const tcp = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
  await cluster.run('slow', {
    ...server('none'),
    command: ['/bin/sh', '-c', 'sleep 1.5; exec node "$0" "$@"'],
    startupProbe: { ...tcp, failureThreshold: 10 },
    livenessProbe: { ...tcp, failureThreshold: 1 },
  });
  const pod = await cluster.until('slow', ready);
  expect(pod.status?.containerStatuses?.[0]).toMatchObject({ restartCount: 0, started: true });

  await cluster.run('late', { args: ['exec sleep 60'], startupProbe: { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 1 } });
  const late = await cluster.until('late', ({ status }) => (status?.containerStatuses?.[0]?.restartCount ?? 0) >= 1);
  expect(ready(late)).toBe(false);
});

it('reaches a Pod where there is one loopback address only', async () => {
  const other = await TestCluster.start('ports');
  try {
    await other.node();
    await other.run('mapped', { ...server('none'), readinessProbe: { httpGet: { port: 'web' }, periodSeconds: 1 } });
    const { status } = await other.until('mapped', ready);
    expect(status?.podIP).toMatch(/^10\.244\./);
  } finally {
    await other.close();
  }
});

it('kills a probe that takes too long', async () => {
  await cluster.run('hanging', { args: ['exec sleep 60'], readinessProbe: { exec: { command: ['sleep', '30'] }, timeoutSeconds: 1, failureThreshold: 1 } });
  await until(async () => (await cluster.events('hanging')).some(({ message = '' }) => message.includes('command timed out after 1000 ms')), () => 'no event');
  expect(ready(await cluster.pod('hanging'))).toBe(false);
});
