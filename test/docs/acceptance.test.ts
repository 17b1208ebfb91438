import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run, type Ended } from '../started/run.js';
import { project } from '../started/started-cluster.js';

const CAPABILITIES = 'groups:\n  S0:\n    title: First\n    capabilities:\n      S0-01: does this\n      S0-02: does that\n      S0-03: {capability: does more, later: Needs a chart.}\n';

describe('the acceptance page', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'serin-acceptance-'));
    await writeFile(join(folder, 'capabilities.yaml'), CAPABILITIES);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function accept(tests: Readonly<Record<string, string>>, ...more: readonly string[]): Promise<Ended> {
    const assertionResults = Object.entries(tests).map(([title, status]) => ({ title, fullName: `a group ${title}`, status }));
    await writeFile(join(folder, 'results.json'), JSON.stringify({ testResults: [{ name: join(project, 'test/some.test.ts'), assertionResults }] }));
    return run(process.execPath, ['scripts/acceptance.mjs', '--capabilities', join(folder, 'capabilities.yaml'), '--results', join(folder, 'results.json'), '--output', join(folder, 'page.md'), ...more], { cwd: project });
  }

  it('tells which tests show what, with numbers first', async () => {
    const { code, stdout, stderr } = await accept({ '[S0-01] [S0-02] does this and that': 'passed', 'something else': 'failed' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('2 of 2 capabilities that are asked for now are shown by tests; 0 are not; 0 more in part; 1 come later; 3 in all.\n');
    const page = await readFile(join(folder, 'page.md'), 'utf8');
    expect(page).toContain('| S0-01 | does this | `test/some.test.ts`: does this and that | yes |');
    expect(page).toContain('| S0-03 | does more | Needs a chart. | later |');
  });

  it('reads what lanes on a real Kubernetes left, and says NOT RUN of those that left nothing', async () => {
    await writeFile(join(folder, 'capabilities.yaml'), 'groups:\n  S0:\n    title: First\n    capabilities: {S0-10: by Helm, S0-11: by TLS}\n  S3:\n    title: Third\n    capabilities: {S3-05: by a chart, S3-11: on a page, S3-17: from a chat, S3-18: with a right}\n');
    const lanes = join(folder, 'lanes');
    await mkdir(lanes);
    const file = 'test/kubernetes/lanes/installation/installation.test.ts';
    const title = /\[S3-05\][^']*/.exec(await readFile(join(project, file), 'utf8'))?.[0] ?? '';
    await writeFile(join(lanes, 'installation.json'), JSON.stringify({ testResults: [{ name: join(project, file), assertionResults: [{ title, fullName: title, status: 'passed' }] }] }));
    const { code, stdout } = await accept({ '[S0-11] works elsewhere': 'passed' }, '--lanes', lanes);
    expect([code, stdout]).toEqual([0, '1 of 6 capabilities that are asked for now are shown by tests; 0 are not; 5 are NOT RUN, for want of make test-kubernetes; 0 more in part; 0 come later; 6 in all.\n']);
    expect(await readFile(join(folder, 'page.md'), 'utf8')).toMatch(/\| S0-10 \| by Helm \| `test\/kubernetes\/lanes\/first-cluster\/first-cluster.test.ts`: .* \| NOT RUN \|/);
  });

  it.each([
    ['a test that failed', { '[S0-01] [S0-02] works': 'passed', '[S0-02] fails': 'failed' }, 'S0-02 is not shown: test/some.test.ts: "fails" failed\n'],
    ['a test that was skipped', { '[S0-01] [S0-02] works': 'passed', '[S0-01] waits': 'pending' }, 'S0-01 is not shown: test/some.test.ts: "waits" was skipped\n'],
    ['a capability without a test', { '[S0-01] works': 'passed' }, 'S0-02 has no test: does that\n'],
    ['a test of a later capability that fails', { '[S0-01] [S0-02] works': 'passed', '[S0-03] comes': 'failed' }, 'S0-03 is not shown: test/some.test.ts: "comes" failed\n'],
  ])('fails for %s', async (_what, tests, message) => {
    expect(await accept(tests)).toMatchObject({ code: 1, stderr: message });
  });

  it('fails for an ID that is in no list', async () => {
    const { code, stderr } = await accept({ '[S0-01] [S0-02] [S9-99] works': 'passed' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/"works" names S9-99, which is not in .*capabilities\.yaml\n$/);
  });
});
