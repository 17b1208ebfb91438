import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { installationObjects } from '../../src/installation/objects.js';
import { readValues } from '../../src/installation/values.js';
import type { Deployment } from '../../src/kubernetes/generated/apps-v1.js';
import { run, type Ended } from '../started/run.js';
import { project, serin } from '../started/started-cluster.js';
import { readDockerfile } from './dockerfile.js';

const FILE = 'deploy/Dockerfile';
const [build, image, ...more] = readDockerfile(FILE);
const pod = (): NonNullable<Deployment['spec']['template']['spec']> | undefined =>
  installationObjects({ values: readValues({ image: { repository: 'r' } }), namespace: 'n', managedBy: 'serin', version: '1' }).map(({ object }) => object as Deployment).find(({ kind }) => kind === 'Deployment')?.spec.template.spec;

describe('the image of the controller', () => {
  it('is made in two stages, the second without anything that runs, and without a shell', () => {
    expect(more).toEqual([]);
    expect(image?.image).toMatch(/^gcr\.io\/distroless\/nodejs\d+-debian\d+:nonroot$/);
    expect(image?.instructions.filter(({ name }) => ['RUN', 'SHELL', 'ADD'].includes(name))).toEqual([]);
    for (const { name, text } of image?.instructions.filter((each) => ['ENTRYPOINT', 'CMD'].includes(each.name)) ?? []) expect(() => JSON.parse(text) as unknown, name).not.toThrow();
    // The same release of Node.js on both sides, or what is native does not load.
    expect(/nodejs(\d+)-/.exec(image?.image ?? '')?.[1]).toBe(/node:(\d+)-/.exec(build?.image ?? '')?.[1]);
  });

  it('is run by whom the Deployment runs it, with the arguments that it gives', () => {
    const user = image?.instructions.find(({ name }) => name === 'USER')?.text;
    expect(user).toBe(`${pod()?.securityContext?.runAsUser}:${pod()?.securityContext?.runAsGroup}`);
    const command = JSON.parse(image?.instructions.find(({ name }) => name === 'CMD')?.text ?? '[]') as string[];
    expect(pod()?.containers[0]?.args?.slice(0, command.length)).toEqual(command);
    expect(pod()?.containers[0]).not.toHaveProperty('command');
  });

  it('copies files that are there, that git knows, and that the builder is sent', async () => {
    const { stdout } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: project });
    const known = stdout.split('\n');
    const sent = readFileSync(join(project, `${FILE}.dockerignore`), 'utf8').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const sources = (build?.instructions ?? []).filter(({ name, from }) => name === 'COPY' && from === undefined).flatMap(({ words }) => words.slice(0, -1)).map((path) => path.replace(/\/$/, ''));
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) {
      expect(existsSync(join(project, source)), source).toBe(true);
      expect(known.some((path) => path === source || path.startsWith(`${source}/`)), source).toBe(true);
    }
    expect([...sent].sort()).toEqual([...sources].sort());
  });

  it('has all that the second stage copies made by the first', () => {
    const made = new Set(['package.json', 'node_modules', 'dist']);
    const copied = image?.instructions.filter(({ name }) => name === 'COPY') ?? [];
    for (const { words, from } of copied) {
      expect(from).toBe(build?.name);
      expect(made).toContain(relative('/serin', (words[0] ?? '').replace(/\/$/, '')));
    }
    expect(copied).toHaveLength(made.size);
    const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    expect(build?.instructions.find(({ text }) => text.includes('npm run build'))?.text).toContain('npm prune --omit=dev');
    expect(build?.instructions.some(({ words }) => words.includes(scripts['build']?.split(' ').at(-1) ?? ''))).toBe(true);
  });
});

describe('the files of the image', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'serin-image-'));
    await chmod(root, 0o755);
    const app = join(root, 'serin');
    mkdirSync(app);
    cpSync(join(project, 'package.json'), join(app, 'package.json'));
    cpSync(dirname(dirname(serin)), join(app, 'dist'), { recursive: true });
    // What npm prune --omit=dev leaves.
    const { stdout } = await run('npm', ['ls', '--omit=dev', '--all', '--parseable'], { cwd: project });
    const kept = stdout.trim().split('\n').map((path) => relative(project, path)).filter((path) => path.startsWith('node_modules/'));
    expect(kept).toContain('node_modules/commander');
    expect(kept).not.toContain('node_modules/vitest');
    for (const path of kept) cpSync(join(project, path), join(app, path), { recursive: true, filter: (each) => !relative(join(project, path), each).includes('node_modules') });
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  /** In an empty folder, with nothing but these files and a read-only root, as another user where we may become one. */
  function start(...args: string[]): Promise<Ended> {
    const entry = [process.execPath, join(root, 'serin', 'dist', 'cli', 'main.js'), ...args];
    const env = { PATH: '/nowhere', HOME: '/nonexistent', NODE_ENV: 'production' };
    if (process.getuid?.() !== 0) return run(entry[0] ?? '', entry.slice(1), { cwd: root, env });
    const quiet = 'mount -o remount,bind,ro / && mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && mount -t tmpfs -o ro none "$1" && cd "$0" && shift && exec setpriv --reuid 65532 --regid 65532 --clear-groups --no-new-privs env -i PATH=/nowhere HOME=/nonexistent NODE_ENV=production "$@"';
    return run('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', `mount --bind / / && ${quiet}`, root, project.replace(/\/$/, ''), ...entry], { cwd: '/' });
  }

  it('run: version and help', async () => {
    const { version } = parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };
    expect(await start('version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    const help = await start('controller', '--help');
    expect([help.code, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toContain('--watch-namespace');
  });

  it('say in one line what is missing where there is no cluster', async () => {
    const { code, stdout, stderr } = await start('controller', '--in-cluster');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe('serin: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no Pod; use a kubeconfig\n');
  });

  it('are not large: the program and its dependencies', async () => {
    const { stdout } = await run('du', ['-sm', join(root, 'serin')]);
    expect(Number(stdout.split('\t')[0])).toBeLessThan(120);
    expect(statSync(join(root, 'serin', 'dist', 'cli', 'main.js')).mode & 0o111).not.toBe(0);
  });
});
