import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Container, PodSpec, Volume } from '../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import { identifyProcess } from '../../processes/process-identity.js';
import { TestCluster, ready, running, until, waitingFor } from '../testing/test-node.js';
import { TOKEN_FOLDER } from './implicit-token.js';
import { detectMountMode, FOLDER_MODE, type MountMode } from './mount-mode.js';

const trials = await mkdtemp(join(tmpdir(), 'serin-mounts-'));
const ways = process.getuid?.() === 0 ? (['root', 'user'] as const) : (['user'] as const);
const modes = await Promise.all(ways.map(async (way) => ({ way, mode: await detectMountMode('auto', trials, [way]) })));
for (const { way, mode } of modes) if (mode.kind === 'folder') console.warn(`NOT RUN: tests of mount namespaces of ${way}: this system gives none.`);
afterAll(() => rm(trials, { recursive: true, force: true }));

const namespace = 'default';
const object = (name: string) => ({ apiVersion: 'v1', metadata: { name, namespace } });
const settings = (data: Record<string, string>) => ({ ...object('settings'), kind: 'ConfigMap', data });

async function start(mounts: MountMode): Promise<TestCluster> {
  const cluster = await TestCluster.start();
  await cluster.client.create(resources.configMaps, settings({ 'app.yaml': 'colour: red\n', 'more.txt': 'more' }));
  await cluster.client.create(resources.secrets, { ...object('hidden'), kind: 'Secret', data: { password: Buffer.from('geheim').toString('base64') } });
  await cluster.node(undefined, mounts);
  return cluster;
}

const config: Volume = { name: 'config', configMap: { name: 'settings' } };
const change = (cluster: TestCluster, data: Record<string, string>) => cluster.client.patch(resources.configMaps, { name: 'settings', namespace }, { kind: 'merge', body: { data } });

describe.each(modes.filter(({ mode }) => mode.kind === 'namespace'))('a container in a mount namespace of $way', ({ mode }) => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await start(mode);
  });
  afterAll(() => cluster.close());

  /** What a script prints, once it is over. */
  async function printed(name: string, script: string, container: Partial<Container>, spec: Partial<PodSpec>): Promise<string> {
    await cluster.run(name, { args: [script], ...container }, { restartPolicy: 'Never', ...spec });
    const { metadata, status } = await cluster.until(name, (pod) => /Succeeded|Failed/.test(pod.status?.phase ?? ''));
    const log = await readFile(cluster.file(`pod-logs/default_${name}_${metadata.uid}/main/0.log`), 'utf8');
    expect([status?.phase, log]).toEqual(['Succeeded', log]);
    return log;
  }

  it('finds every kind of volume at its path, and nothing of it is left on the machine', async () => {
    const volumes: Volume[] = [
      config,
      { name: 'secret', secret: { secretName: 'hidden', defaultMode: 0o400, items: [{ key: 'password', path: 'deep/pass' }] } },
      { name: 'about', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }, { path: 'cpu', resourceFieldRef: { containerName: 'main', resource: 'requests.cpu', divisor: '1m' } }] } },
      { name: 'all', projected: { sources: [{ configMap: { name: 'settings', items: [{ key: 'more.txt', path: 'more' }] } }, { secret: { name: 'hidden' } }, { configMap: { name: 'none', optional: true } }] } },
      { name: 'scratch', emptyDir: {} },
    ];
    const volumeMounts = [
      { name: 'config', mountPath: '/etc/serin-app' },
      { name: 'secret', mountPath: '/serin-secret/here' },
      { name: 'about', mountPath: '/usr/share/serin-app/about/' },
      { name: 'all', mountPath: '/opt/serin/all' },
      { name: 'scratch', mountPath: '/etc/serin-app/scratch' },
      { name: 'scratch', mountPath: '/mnt', subPath: 'part' },
    ];
    const script = [
      'cat /etc/serin-app/app.yaml /serin-secret/here/deep/pass; echo',
      'stat -L -c %a /serin-secret/here/deep/pass',
      'cat /usr/share/serin-app/about/labels; echo; cat /usr/share/serin-app/about/cpu; echo',
      'ls /opt/serin/all',
      'echo x 2>/dev/null > /etc/serin-app/app.yaml || echo read-only',
      'echo written > /mnt/file; cat /etc/serin-app/scratch/part/file; cat $VOLUME_SCRATCH/part/file',
      'ls /etc/passwd /usr/bin/env; [ -e /dev/null ] && echo "root is whole [$SERIN_POD_ROOT]"; cd / && pwd',
    ].join('\n');
    const text = await printed('everything', script.replaceAll('$', '$$$$').replaceAll('$$$$VOLUME', '$$VOLUME'), { volumeMounts, resources: { requests: { cpu: '250m' } } }, { volumes });
    expect(text.split('\n')).toEqual(['colour: red', 'geheim', '400', '', '250', 'more', 'password', 'read-only', 'written', 'written', '/etc/passwd', '/usr/bin/env', 'root is whole []', '/', '']);
    for (const path of ['/etc/serin-app', '/serin-secret', '/usr/share/serin-app', '/opt/serin', '/mnt/file']) expect([path, existsSync(path)]).toEqual([path, false]);
  });

  it('sees updates all at once, but not in a file mounted alone', async () => {
    const mounts = [{ name: 'config', mountPath: '/etc/serin-app' }, { name: 'config', mountPath: '/etc/serin-one/app.yaml', subPath: 'app.yaml' }];
    const seen = cluster.file('seen');
    const script = `cp /etc/serin-app/app.yaml ${seen}.0; until [ -e /etc/serin-app/new.txt ]; do sleep 0.02; done; cat /etc/serin-app/app.yaml /etc/serin-app/new.txt /etc/serin-one/app.yaml > ${seen}.part; ls /etc/serin-app >> ${seen}.part; mv ${seen}.part ${seen}; exec sleep 60`;
    await cluster.run('updated', { args: [script], volumeMounts: mounts }, { volumes: [config] });
    await cluster.untilFile('seen.0');
    expect(await readFile(`${seen}.0`, 'utf8')).toBe('colour: red\n');
    await cluster.client.replace(resources.configMaps, settings({ 'app.yaml': 'colour: blue\n', 'new.txt': 'new\n' }));
    await cluster.untilFile('seen');
    expect(await readFile(seen, 'utf8')).toBe('colour: blue\nnew\ncolour: red\napp.yaml\nnew.txt\n');
    await cluster.client.replace(resources.configMaps, settings({ 'app.yaml': 'colour: red\n', 'more.txt': 'more' }));
  });

  it('is the process that was started: it gets the signals, and its group is ended with it', async () => {
    const trace = cluster.file('trace');
    const script = `trap "echo term >> ${trace}; exit 0" TERM; sleep 600 & echo $$$$ $! > ${trace}.part; mv ${trace}.part ${trace}; while :; do sleep 0.02; done`;
    await cluster.run('mounted', { args: [script], volumeMounts: [{ name: 'config', mountPath: '/etc/serin-app' }] }, { volumes: [config] });
    await cluster.untilFile('trace');
    const [leader = 0, child = 0] = (await readFile(trace, 'utf8')).trim().split(' ').map(Number);
    expect(await readdir(cluster.file('node-0/processes'))).toContain(`${leader}.json`);
    await cluster.client.delete(resources.pods, { name: 'mounted', namespace });
    await cluster.untilDeleted('mounted');
    expect(await readFile(trace, 'utf8')).toContain('term');
    expect(identifyProcess(leader)).toBeUndefined();
    await until(() => Promise.resolve(identifyProcess(child) === undefined), () => `process ${child} still runs`);
  });

  it('finds its volumes in probes too, keeps its folder where a volume covers it, and can run what is mounted', async () => {
    await cluster.image('covered', { command: ['/bin/sh', './serve.sh'] });
    // All that stays of what the volume covers is the folder in which the cluster's own lies.
    const own = cluster.directory.split('/')[2];
    await writeFile(cluster.file('serve.sh'), `pwd; [ -z "$(ls -A /tmp | grep -vxF ${own})" ] && echo covered; exec sleep 60\n`);
    const readinessProbe = { exec: { command: ['/bin/sh', '-c', 'test -e /etc/serin-app/app.yaml && test -e serve.sh'] }, periodSeconds: 1 };
    const volumes: Volume[] = [config, { name: 'tmp', emptyDir: {} }];
    const mounts = [{ name: 'config', mountPath: '/etc/serin-app' }, { name: 'tmp', mountPath: '/tmp' }];
    await cluster.run('probed', { image: 'covered', readinessProbe, volumeMounts: mounts }, { volumes });
    const { metadata } = await cluster.until('probed', ready);
    // The probe has mounts of its own and may be faster than the container.
    let log = '';
    await until(async () => (log = await readFile(cluster.file(`pod-logs/default_probed_${metadata.uid}/main/0.log`), 'utf8')).includes('covered'), () => `it printed ${log}`);
    expect(log).toBe(`${cluster.directory}\ncovered\n`);
    const scripts = { ...object('scripts'), kind: 'ConfigMap', data: { 'run.sh': '#!/bin/sh\necho ran in $PWD\n' } };
    await cluster.client.create(resources.configMaps, scripts);
    const volume: Volume = { name: 'scripts', configMap: { name: 'scripts', defaultMode: 0o755 } };
    expect(await printed('scripted', '', { command: ['/serin-scripts/run.sh'], workingDir: '/serin-scripts', volumeMounts: [{ name: 'scripts', mountPath: '/serin-scripts' }] }, { volumes: [volume] })).toBe('ran in /serin-scripts\n');
  });

  it('waits for what is missing, and says what it waits for', async () => {
    await cluster.run('waiting', { args: ['sleep 60'], volumeMounts: [{ name: 'late', mountPath: '/serin-late' }] }, { volumes: [{ name: 'late', configMap: { name: 'late' } }] });
    await until(async () => (await cluster.events('waiting')).some(({ message }) => message === 'MountVolume.SetUp failed for volume "late" : configmap "late" not found'), () => 'no Event');
    expect(running(await cluster.pod('waiting'))).toBe(false);
    await cluster.client.create(resources.configMaps, { ...object('late'), kind: 'ConfigMap', data: { a: 'b' } });
    await cluster.until('waiting', ready);
    await cluster.run('clash', { args: ['sleep 60'], volumeMounts: [{ name: 'config', mountPath: '/etc/passwd' }, { name: 'config', mountPath: '/x', subPath: 'no.yaml' }] }, { volumes: [config] });
    const { status } = await cluster.until('clash', waitingFor('CreateContainerConfigError'));
    expect(status?.containerStatuses?.[0]?.state?.waiting?.message).toBe('failed to prepare subPath for volumeMount "config": there is no no.yaml in the volume');
  });
});

describe('without mount namespaces', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await start(FOLDER_MODE);
  });
  afterAll(() => cluster.close());

  it('a container that looks below SERIN_POD_ROOT finds its files there, kept true', async () => {
    const mounts = [{ name: 'config', mountPath: '/etc/app' }, { name: 'config', mountPath: '/etc/one.yaml', subPath: 'app.yaml' }];
    const seen = cluster.file('seen');
    const script = `echo up > ${seen}.up; until grep -q blue $$SERIN_POD_ROOT/etc/app/app.yaml; do sleep 0.02; done; cat $$SERIN_POD_ROOT/etc/one.yaml > ${seen}.part; mv ${seen}.part ${seen}; exec sleep 60`;
    await cluster.run('linked', { args: [script], volumeMounts: mounts }, { volumes: [config] });
    await cluster.untilFile('seen.up');
    await change(cluster, { 'app.yaml': 'colour: blue\n' });
    await cluster.untilFile('seen');
    expect(await readFile(seen, 'utf8')).toBe('colour: red\n');
  });

  it('a container that does not is refused with the remedy; an emptyDir is named only', async () => {
    await cluster.run('lost', { args: ['sleep 60'], volumeMounts: [{ name: 'config', mountPath: '/etc/app' }] }, { volumes: [config] });
    const { status } = await cluster.until('lost', waitingFor('CreateContainerConfigError'));
    expect(status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(
      'this system gives no mount namespace, so nothing can be mounted at /etc/app: let the container read $SERIN_POD_ROOT/etc/app and name SERIN_POD_ROOT in its command, args or env',
    );
    await cluster.run('scratch', { args: ['sleep 60'], volumeMounts: [{ name: 'cache', mountPath: '/cache' }] }, { volumes: [{ name: 'cache', emptyDir: {} }] });
    await cluster.until('scratch', ready);
    expect((await cluster.events('scratch')).map(({ message }) => message)).toContainEqual(expect.stringContaining('spec.containers[0].volumeMounts[0].mountPath (see SERIN_POD_ROOT)'));
  });
});

describe('the token of an account', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await start(modes.find(({ mode }) => mode.kind === 'namespace')?.mode ?? FOLDER_MODE);
    await cluster.client.create(resources.serviceAccounts, { ...object('robot'), kind: 'ServiceAccount' });
  });
  afterAll(() => cluster.close());
  const script = (file: string) => `ls ${TOKEN_FOLDER} > ${file}.part 2>&1; cat ${TOKEN_FOLDER}/namespace >> ${file}.part; mv ${file}.part ${file}; exec sleep 60`;

  it.runIf(modes.some(({ mode }) => mode.kind === 'namespace'))('is mounted for a Pod that names one, and not where it is forbidden', async () => {
    await cluster.run('named', { args: [script(cluster.file('named'))] }, { serviceAccountName: 'robot' });
    await cluster.run('forbidden', { args: [script(cluster.file('forbidden'))] }, { serviceAccountName: 'robot', automountServiceAccountToken: false });
    await Promise.all([cluster.untilFile('named'), cluster.untilFile('forbidden')]);
    expect(await readFile(cluster.file('named'), 'utf8')).toMatch(/^(ca\.crt\n)?namespace\ntoken\ndefault$/);
    expect(await readFile(cluster.file('forbidden'), 'utf8')).toContain('No such file');
  });
});

it('can be chosen', async () => {
  expect(await detectMountMode('folder', '/nowhere')).toBe(FOLDER_MODE);
});
