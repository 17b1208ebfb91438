import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createClient } from '../../src/cluster/create-client.js';
import { loadKubeconfig } from '../../src/cluster/kubeconfig/load-kubeconfig.js';
import { clustersRoot } from '../../src/local/supervisor/cluster-files.js';
import { AnsweringServer } from '../../src/metrics/testing/answering-server.js';
import { API_VERSION, serinResources } from '../../src/model/resources.js';
import { axeFindings, browserPath, keepScreenshot, openBrowser, openWindow } from '../dashboard/browser.js';
import { isInstalled } from '../started/programs.js';
import { eventually } from './local-cluster.js';

const CLI = join(import.meta.dirname, '../../dist/cli/main.js');
const run = promisify(execFile);
/** What a new user needs to do what the demo says. */
const missing = [...(isInstalled('kubectl') ? [] : ['kubectl']), ...(browserPath === undefined ? ['chromium'] : [])];
if (missing.length > 0) {
  if (process.env['CI'] === 'true') throw new Error(`approving and aborting on the page of the demo: there is no ${missing.join(' and no ')}; see scripts/install-tools.sh.`);
  console.warn(`NOT RUN: approving and aborting on the page of the demo: there is no ${missing.join(' and no ')}; see scripts/install-tools.sh.`);
}

describe('serin demo', () => {
  let folder: string;
  let home: string;
  let env: NodeJS.ProcessEnv;
  /** All that the demo said. */
  let stdout = '';
  let browser: Browser | undefined;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'serin-demo-test-'));
    const programs = join(folder, `serin-${userInfo().uid}`, 'bin');
    await mkdir(programs, { recursive: true });
    await writeFile(join(programs, 'npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' '${CLI}' "$@"\n`);
    await chmod(join(programs, 'npx'), 0o755);
    home = join(programs, 'home');
    env = { ...process.env, TMPDIR: folder, SERIN_HOME: home, PATH: `${programs}:${process.env['PATH'] ?? ''}` };
  });
  // Which addresses the clusters of a user hold stays on record, as one small folder.
  const left = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name !== `serin-${userInfo().uid}`);
  afterAll(async () => {
    await browser?.close();
    await run(process.execPath, [CLI, 'local', 'reset', '--name', 'demo'], { env });
    await rm(folder, { recursive: true, force: true });
  });
  /** The line of what the demo said that says this, word for word. */
  const line = (text: string): string => {
    const found = stdout.split('\n').find((each) => each.includes(text));
    if (found === undefined) throw new Error(`the demo does not say "${text}":\n${stdout}`);
    return found.trim();
  };
  /** Types one of the lines as somebody does in another terminal. */
  const type = async (text: string): Promise<string> => (await run('sh', ['-ec', `${line('export KUBECONFIG=')}\n${line(text)}`], { env })).stdout;

  /** Has a server told of releases, as soon as the cluster of the demo takes it. */
  async function listen(url: string): Promise<void> {
    const kubeconfig = join(clustersRoot(env), 'demo', 'kubeconfig');
    await eventually('the cluster has a kubeconfig', () => Promise.resolve(existsSync(kubeconfig)));
    const { transport } = await loadKubeconfig({ env: {}, path: kubeconfig });
    const client = createClient(transport, { fieldManager: 'test' });
    const channel = { apiVersion: API_VERSION, kind: 'ClusterNotificationChannel', metadata: { name: 'test' }, spec: { webhook: { url } } };
    await eventually('the cluster knows channels', () => client.create(serinResources.clusterNotificationChannels, channel).then(() => true, () => false));
    await transport.stop();
  }

  it('releases a good version, takes a bad one back, tells with a link to its page, and stays up if it is to', async () => {
    const told = await new AnsweringServer().start();
    onTestFinished(() => told.stop());
    [{ stdout }] = await Promise.all([run(process.execPath, [CLI, 'demo', '--plain', '--keep'], { env }), listen(told.address)]);
    const [, page = ''] = /(http:\/\/127\.0\.0\.1:\d+)\/sign-in/.exec(stdout) ?? [];
    const links = told.seen.map(({ body }) => (JSON.parse(body) as { url: string }).url);
    expect([...new Set(links)]).toEqual([`${page}/releases/bookinfo/reviews-1`, `${page}/releases/bookinfo/reviews-2`]);
    expect(stdout).toMatch(/ s {2}The page of the demo, to follow its releases and to abort them, for whoever opens this first: http:\/\/127\.0\.0\.1:\d+\/sign-in\?code=\S+\n/);
    const account = stdout.slice(stdout.indexOf('\nreviews-1 completed'));
    expect(account).toMatch(/^\nreviews-1 completed in \d+s\.\nreviews-2 was taken back \(TooManyFailures\) in [\d.]+s\.\n/);
    expect(account).toMatch(/\d+ requests, \d+ failed: \d+ by v4, 0 by anything else\./);
    expect(account).toMatch(/v4 served \d+ requests \([\d.]+ %\) and met \d+ users/);
    expect(account).toContain('It is still up.');
  }, 150_000);

  it.skipIf(missing.length > 0)('[S3-11] [S3-18] has a new user with a phone approve a release and abort it, by nothing but what it says', async () => {
    browser = await openBrowser();
    const { page, problems } = await openWindow(browser, 'phone');
    await page.goto(/http:\S+\/sign-in\?code=\S+/.exec(stdout)?.[0] ?? '');
    for (const name of ['reviews-1', 'reviews-2']) await page.getByRole('link', { name }).waitFor();
    expect(await type('patch releasepolicy reviews')).toContain('patched');
    expect(await type('set image deployment/reviews')).toContain('image updated');

    await page.getByRole('link', { name: /^Approvals/ }).tap();
    await page.getByRole('button', { name: 'Approve reviews-3' }).tap();
    const approving = page.getByRole('dialog', { name: 'Approve reviews-3?' });
    await approving.locator('.consequence').getByText(/users/i).first().waitFor();
    await keepScreenshot(page, 'demo-approve-phone');
    await approving.getByRole('button', { name: 'Approve', exact: true }).tap();
    await approving.waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'Releases', exact: true }).tap();
    await page.getByRole('link', { name: /reviews-3/ }).tap();
    await page.locator('.release-badges').getByText(/^Under way/).waitFor();
    expect(await page.getByRole('region', { name: 'Who did what' }).innerText()).toMatch(/approved that it begins|approved before it begins/);
    await page.getByRole('button', { name: 'Abort', exact: true }).tap();
    const aborting = page.getByRole('dialog', { name: 'Abort reviews-3?' });
    await aborting.locator('.consequence').getByText(/All users/).waitFor();
    await aborting.getByRole('button', { name: 'Abort', exact: true }).tap();
    await page.getByText('Release reviews-3 is taken back.').waitFor();
    await page.getByText(/^Users go back to reviews-/).waitFor();
    await page.locator('.release-badges').getByText('Taken back', { exact: true }).waitFor({ timeout: 30_000 });
    await keepScreenshot(page, 'demo-aborted-phone');
    expect(await axeFindings(page)).toEqual([]);
    expect(problems()).toEqual([]);

    // And it is so.
    expect((await run('sh', ['-ec', `${line('export KUBECONFIG=')}\n${line('serin status reviews').replace(' --watch', '')}`], { env })).stdout).toMatch(/reviews-3[^]*AbortedByUser/);
    expect(await type('get pods,releases')).toMatch(/reviews-3 .*Aborted/);
    expect(await type('/productpage')).toContain('<html');
    const [reviews = ''] = /http:\S+\/reviews/.exec(line('a release is judged by requests')) ?? [];
    const answers = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(reviews)).headers.get('x-reviews-version')));
    expect(new Set(answers)).toEqual(new Set(['v3']));
    const other = await openWindow(browser, 'desk');
    await other.page.goto(/http:\S+\/sign-in\?code=\S+/.exec(await type('local status --name demo'))?.[0] ?? '');
    await other.page.getByRole('link', { name: /reviews-3/ }).waitFor();
    await type('local reset --name demo');
    expect(await readdir(join(home, 'local'))).not.toContain('demo');
  }, 120_000);

  it('cleans up after itself when it is left', async () => {
    const demo = spawn(process.execPath, [CLI, 'demo', '--plain'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = new Promise<number | null>((resolve) => demo.once('close', resolve));
    let said = '';
    demo.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually('it has a page', () => Promise.resolve(said.includes('The page of the demo') && said.includes('To approve releases there, too, leave it up: serin demo --keep')));
    demo.kill('SIGINT');
    expect(await ended).not.toBe(0);
    expect(await left()).toEqual([]);
  }, 150_000);

  it('leaves nothing behind when it is killed', async () => {
    const demo = spawn(process.execPath, [CLI, 'demo', '--plain'], { env, stdio: 'ignore' });
    const [cluster = ''] = await eventually('the cluster has a folder and a supervisor', async () => {
      const found = await left();
      const files = found[0] === undefined ? [] : await readdir(join(folder, found[0])).catch(() => []);
      return files.includes('supervisor.json') && found;
    });
    demo.kill('SIGKILL');
    await eventually('its folder is gone', async () => !(await left()).includes(cluster), 90);
  }, 150_000);
});
