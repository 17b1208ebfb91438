import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../cluster/create-client.js';
import { createHttpTransport } from '../../cluster/http-transport.js';
import { loadKubeconfig } from '../../cluster/kubeconfig/load-kubeconfig.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { systemClock } from '../../ports/clock.js';
import { closeServer, tryListen } from '../addresses/free-port.js';
import { ownPorts } from '../addresses/own-ports.js';
import { identifyProcess } from '../processes/process-identity.js';
import { clusterDirectory } from './cluster-files.js';
import { clusterStatus } from './cluster-status.js';
import { fillPlaceholders, standardParts, type Part } from './parts.js';
import { startCluster } from './start-cluster.js';
import { resetCluster, stopCluster } from './stop-cluster.js';
import { compilePrograms, type CompiledPrograms } from './testing/compiled-programs.js';

let programs: CompiledPrograms;
let folder: string;
const started = new Set<string>();
beforeAll(async () => {
  programs = compilePrograms();
  folder = await mkdtemp(join(tmpdir(), 'serin-clusters-'));
});
afterEach(async () => {
  for (const directory of started) await stopCluster(directory);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  programs.remove();
});

const directoryOf = (name: string): string => {
  const directory = join(folder, name);
  started.add(directory);
  return directory;
};

async function until(condition: () => Promise<boolean> | boolean, what: string): Promise<void> {
  const deadline = systemClock.monotonic() + 20_000;
  while (!(await condition())) {
    if (systemClock.monotonic() > deadline) throw new Error(`waited in vain until ${what}`);
    await systemClock.sleep(20);
  }
}

/** A part that writes `<name>.json` and runs until it is told to end. */
async function simplePart(name: string, body = 'setInterval(() => {}, 1000)'): Promise<Part> {
  const script = join(folder, `${name}.mjs`);
  await writeFile(script, `import { writeFileSync } from 'node:fs';\nconst [directory] = process.argv.slice(2);\nconst ready = () => writeFileSync(directory + '/${name}.json', JSON.stringify(process.argv));\n${body}\nready();\n`);
  return { name, script, args: ['{directory}', '{apiPort}', '{podRange}'], user: { username: name, groups: [] }, ready: { kind: 'file', name: `${name}.json` } };
}

const start = (name: string, parts: readonly Part[], options: Partial<Parameters<typeof startCluster>[0]> = {}) =>
  startCluster({ name, directory: directoryOf(name), programs: programs.folder, parts, ...options });

describe('parts that are anything', () => {
  it('run until the cluster is stopped, beside another cluster, with files only their owner reads', async () => {
    const part = await simplePart('one');
    const [a, b] = await Promise.all([start('a', [part]), start('b', [part])]);
    expect(a.status).toBe('up');
    expect(a.podRange).not.toBe(b.podRange);
    expect(a.apiUrl).not.toBe(b.apiUrl);
    for (const file of ['kubeconfig', 'tokens.json', 'kubeconfigs/one']) expect((await stat(join(a.directory, file))).mode & 0o777).toBe(0o600);
    expect(await readFile(a.kubeconfig, 'utf8')).toContain('current-context: serin-a');
    await expect(start('a', [part])).rejects.toMatchObject({ code: 'AlreadyUp' });
    const pid = a.parts[0]?.process?.pid ?? 0;
    expect(identifyProcess(pid)).toBeDefined();
    expect(await stopCluster(a.directory)).toBe(true);
    expect(identifyProcess(pid)).toBeUndefined();
    expect((await clusterStatus(a.directory)).status).toBe('down');
    expect((await clusterStatus(b.directory)).status).toBe('up');
    expect(await stopCluster(a.directory)).toBe(false);
  });

  it('start again when they die', async () => {
    const { directory, parts } = await start('dying', [await simplePart('one')]);
    process.kill(parts[0]?.process?.pid ?? 0, 'SIGKILL');
    await until(async () => (await clusterStatus(directory)).parts[0]?.restarts === 1, 'it was restarted');
    await until(async () => (await clusterStatus(directory)).status === 'up', 'it is up again');
    expect((await clusterStatus(directory)).parts[0]?.lastExit).toBe('signal SIGKILL');
  });

  it('keep their ports, addresses and tokens from one start to the next, until a reset', async () => {
    const part = await simplePart('one');
    const first = await start('lasting', [part]);
    const kubeconfig = await readFile(first.kubeconfig, 'utf8');
    await stopCluster(first.directory);
    const second = await start('lasting', [part]);
    expect(second).toMatchObject({ apiUrl: first.apiUrl, podRange: first.podRange, ingressPort: first.ingressPort });
    expect(await readFile(first.kubeconfig, 'utf8')).toBe(kubeconfig);
    await resetCluster(first.directory);
    await expect(stat(first.directory)).rejects.toThrow('ENOENT');
    await expect(resetCluster(folder)).rejects.toThrow('is not the folder of a local cluster');
  });

  it('end with the cluster even when the supervisor was killed', async () => {
    const part = await simplePart('one');
    const { directory, parts } = await start('orphaned', [part]);
    const supervisor: unknown = JSON.parse(await readFile(join(directory, 'supervisor.json'), 'utf8'));
    process.kill((supervisor as { process: { pid: number } }).process.pid, 'SIGKILL');
    await until(async () => (await clusterStatus(directory)).status === 'broken', 'it is seen');
    const orphan = parts[0]?.process?.pid ?? 0;
    expect(identifyProcess(orphan)).toBeDefined();
    const again = await start('orphaned', [part]);
    expect(identifyProcess(orphan)).toBeUndefined();
    expect(again.status).toBe('up');
  });
});

describe('errors', () => {
  it('show the log of a part that does not stay', async () => {
    const part = await simplePart('bad', 'throw new Error("no luck today")');
    await expect(start('failing', [part])).rejects.toThrow(/bad ended 3 times, last with exit code 1; the end of .*bad\.log:[^]*no luck today/);
    expect((await clusterStatus(directoryOf('failing'))).status).toBe('down');
  });

  it('name what is waited for in vain', async () => {
    const part: Part = { ...(await simplePart('late')), ready: { kind: 'file', name: 'never.json' } };
    await expect(start('late', [part], { patience: 2000 })).rejects.toThrow('did not get ready in time: late: has not written never.json');
  });

  it('name a port that is taken', async () => {
    // One that no connection is given, and that clusters try last.
    const port = ownPorts.spare.first + ownPorts.spare.count - 1;
    const server = await tryListen('127.0.0.1', port);
    await expect(start('ported', [], { apiPort: port })).rejects.toMatchObject({ code: 'PortTaken', message: expect.stringContaining(`port ${port} of 127.0.0.1`) });
    if (server) await closeServer(server);
    await expect(start('ported', [], { apiPort: port, ingressPort: port })).rejects.toMatchObject({ code: 'PortTaken', message: expect.stringContaining('cannot be both') });
  });

  it('do not come of a port that somebody else has, where none was asked for', async () => {
    const part = await simplePart('one');
    const first = await start('crowded', [part]);
    await stopCluster(first.directory);
    const servers = await Promise.all([Number(new URL(first.apiUrl ?? '').port), first.ingressPort ?? 0].map((port) => tryListen('127.0.0.1', port)));
    const { apiUrl, ingressPort, podRange } = await start('crowded', [part]);
    expect(podRange).toBe(first.podRange);
    const ports = [Number(new URL(apiUrl ?? '').port), ingressPort ?? 0];
    for (const port of ports) expect(port - ownPorts.spare.first, JSON.stringify(ports)).toBeGreaterThanOrEqual(0);
    for (const port of ports) expect(port - ownPorts.spare.first, JSON.stringify(ports)).toBeLessThan(ownPorts.spare.count);
    expect(ports[0]).not.toBe(ports[1]);
    for (const server of servers) if (server) await closeServer(server);
  });

  it('name a folder that cannot be written to, a bad name, a program that is not built', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(start('x', [], { directory: join(folder, 'file', 'x') })).rejects.toMatchObject({ code: 'NotWritable' });
    await expect(start('Not a Name', [])).rejects.toMatchObject({ code: 'InvalidName' });
    await expect(start('unbuilt', [], { programs: '/nowhere' })).rejects.toMatchObject({ code: 'NotBuilt' });
    expect(() => fillPlaceholders(['{nothing}'], { directory: '', kubeconfig: '', podRange: '', serviceRange: '', apiPort: '', ingressPort: '', name: '' })).toThrow('{nothing}');
  });
});

it('looks for clusters where the environment says', () => {
  expect(clusterDirectory('x', { SERIN_HOME: '/h' })).toBe('/h/local/x');
  expect(clusterDirectory('x', { XDG_STATE_HOME: '/s' })).toBe('/s/serin/local/x');
  expect(clusterDirectory('x', {})).toMatch(/\.local\/state\/serin\/local\/x$/);
});

it('leaves no process of a Pod when node and supervisor are killed and the cluster is stopped', async () => {
  const images = join(folder, 'images.json');
  await writeFile(images, JSON.stringify({ sleeper: { command: ['sleep', '600'] } }));
  const parts = standardParts({ programs: programs.folder, crds: [], images: [images], nodeName: 'serin-real' }).filter(({ name }) => name === 'api' || name === 'node');
  const { directory, apiUrl, kubeconfig } = await start('real', parts);
  expect(apiUrl).toBeDefined();
  const { transport } = await loadKubeconfig({ env: {}, path: kubeconfig });
  const client = createClient(transport, { fieldManager: 'test' });
  const pod = { name: 'sleeper', namespace: 'default' };
  await client.create<Pod>(resources.pods, { apiVersion: 'v1', kind: 'Pod', metadata: pod, spec: { nodeName: 'serin-real', containers: [{ name: 'main', image: 'sleeper' }] } });
  const running = async (): Promise<boolean> => (await client.get<Pod>(resources.pods, pod)).status?.phase === 'Running';
  await until(running, 'the Pod runs');

  const status = await clusterStatus(directory);
  const nodePid = status.parts.find(({ name }) => name === 'node')?.process?.pid ?? 0;
  const records = join(directory, 'node', 'processes');
  const [record = ''] = await readdir(records);
  const sleeper = Number.parseInt(record, 10);
  expect(identifyProcess(sleeper)).toBeDefined();

  process.kill(nodePid, 'SIGKILL');
  await until(() => identifyProcess(sleeper) === undefined, 'the next node has ended the orphan');
  await until(async () => ((await client.get<Pod>(resources.pods, pod)).status?.containerStatuses?.[0]?.restartCount ?? 0) === 1, 'the Pod was restarted');
  await until(running, 'the Pod runs again');
  const [after = ''] = await readdir(records);
  const second = Number.parseInt(after, 10);

  const state = JSON.parse(await readFile(join(directory, 'supervisor.json'), 'utf8')) as { process: { pid: number }; parts: { process?: { pid: number } }[] };
  for (const { process: each } of [state, ...state.parts]) if (each !== undefined) process.kill(each.pid, 'SIGKILL');
  await transport.stop();
  expect(identifyProcess(second)).toBeDefined();
  await stopCluster(directory);
  expect(identifyProcess(second)).toBeUndefined();
});

it('serves the API at its port with its certificate again after it was killed', async () => {
  const parts = standardParts({ programs: programs.folder, crds: [], images: [], nodeName: 'n' }).filter(({ name }) => name === 'api');
  const { directory, kubeconfig, apiUrl, parts: [api] } = await start('killed', parts);
  const text = await readFile(kubeconfig, 'utf8');
  const { transport, server } = await loadKubeconfig({ env: {}, path: kubeconfig });
  expect(server).toBe(apiUrl);
  expect(server).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  const client = createClient(transport, { fieldManager: 'test', retries: { tries: 1 } });
  await client.create(resources.configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept', namespace: 'default' } });
  process.kill(api?.process?.pid ?? 0, 'SIGKILL');
  await until(async () => (await clusterStatus(directory)).parts[0]?.restarts === 1, 'it was restarted');
  await until(async () => (await clusterStatus(directory)).status === 'up', 'it is up again');
  await until(async () => (await client.find(resources.configMaps, { name: 'kept', namespace: 'default' }).catch(() => undefined)) !== undefined, 'the old client reaches it');
  expect(await readFile(kubeconfig, 'utf8')).toBe(text);
  await transport.stop();
});

it('refuses requests without a token, and has none where others could read it', async () => {
  const parts = standardParts({ programs: programs.folder, crds: [], images: [], nodeName: 'n' }).filter(({ name }) => name === 'api');
  const { apiUrl = '', directory } = await start('closed', parts);
  const transport = createHttpTransport({ server: apiUrl, ca: await readFile(join(directory, 'certificates', 'ca.crt'), 'utf8') });
  const client = createClient(transport, { fieldManager: 'test', retries: { tries: 1 } });
  await expect(client.list(resources.pods)).rejects.toMatchObject({ code: 403 });
  await transport.stop();
  const tokens = Object.keys(JSON.parse(await readFile(join(directory, 'tokens.json'), 'utf8')) as object);
  const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  const texts = await Promise.all(files.map(async (file) => ({ file: file.slice(directory.length + 1), text: await readFile(file, 'latin1'), mode: (await stat(file)).mode & 0o777 })));
  const holders = texts.filter(({ text }) => tokens.some((token) => text.includes(token)));
  expect(holders.map(({ file }) => file).sort()).toEqual(['kubeconfig', 'kubeconfigs/api', 'tokens.json']);
  const secret = texts.filter(({ text }) => text.includes('PRIVATE KEY'));
  expect(secret.map(({ file }) => file).sort()).toEqual(['certificates/api.key', 'certificates/ca.key']);
  for (const { mode } of [...holders, ...secret]) expect(mode).toBe(0o600);
});
