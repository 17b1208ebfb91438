import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { kubectls } from '../kubectl/kubectls.js';
import { run, type Ended } from '../started/run.js';
import { project, serin } from '../started/started-cluster.js';

const PLUGINS = ['kubectl-serin', 'kubectl_complete-serin'];
const tried = kubectls();
if (tried.length === 0) console.warn('NOT RUN: the kubectl plugin: there is no kubectl; see scripts/install-tools.sh.');

describe.runIf(tried.length > 0)('kubectl serin', () => {
  let folder: string;
  beforeAll(() => {
    // As npm links the programs of a package.
    folder = mkdtempSync(join(tmpdir(), 'serin-plugin-'));
    for (const name of PLUGINS) symlinkSync(serin, join(folder, name));
    writeFileSync(join(folder, 'policy.yaml'), 'apiVersion: serin.dev/v1alpha1\nkind: ReleasePolicy\nmetadata: {name: web}\nspec: {workload: {deployment: web}, strategy: {canary: {steps: [{weight: 10}]}}}\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const kubectl = (...args: string[]): Promise<Ended> => {
    const { NODE_OPTIONS: _options, ...env } = process.env;
    return run(tried[0]?.path ?? 'kubectl', args, { cwd: folder, env: { ...env, HOME: folder, KUBECONFIG: join(folder, 'none'), PATH: [folder, process.env['PATH'] ?? ''].join(delimiter) } });
  };

  test('is a plugin that says its name', async () => {
    const { code, stdout } = await kubectl('serin', 'status', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: kubectl serin status /);
    expect(stdout).toContain('  $ kubectl serin status web\n');
    expect((await kubectl('serin', 'lint', '-f', 'policy.yaml')).stdout).toBe('1 object of Serin checked, no error.\n');
  });

  test('completes its words where kubectl does', async () => {
    const { stdout } = await kubectl('__complete', 'serin', 'app');
    expect(stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(expect.arrayContaining(['approve', 'apply', ':4']));
    expect((await kubectl('__complete', 'serin', 'apply', '-f', 'po')).stdout).toMatch(/:0\n$/);
  });

  test('is installed with the package', () => {
    const { bin } = parse(readFileSync(join(project, 'package.json'), 'utf8')) as { bin: Record<string, string> };
    expect(Object.keys(bin)).toEqual(expect.arrayContaining(['serin', ...PLUGINS]));
    expect(new Set(Object.values(bin)).size).toBe(1);
  });
});
