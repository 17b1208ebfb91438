import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './local-cluster.js';

const CLI = join(import.meta.dirname, '../../dist/cli/main.js');

describe('serin demo', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'serin-demo-test-'));
  });
  // Which addresses the clusters of a user hold stays on record, as one small folder.
  const left = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name !== `serin-${userInfo().uid}`);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('releases a good version, takes a bad one back, and cleans up after itself', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'demo', '--plain'], { env: { ...process.env, TMPDIR: folder } });
    expect(stdout).toMatch(/ s {2}The page of the demo, for whoever opens this first: http:\/\/127\.0\.0\.1:\d+\/sign-in\?code=\S+\n/);
    const account = stdout.slice(stdout.indexOf('\nreviews-1 completed'));
    expect(account).toMatch(/^\nreviews-1 completed in \d+s\.\nreviews-2 was taken back \(TooManyFailures\) in [\d.]+s\.\n/);
    expect(account).toMatch(/\d+ requests, \d+ failed: \d+ by v4, 0 by anything else\./);
    expect(account).toMatch(/v4 served \d+ requests \([\d.]+ %\) and met \d+ users/);
    expect(await left()).toEqual([]);
  }, 150_000);

  it('leaves nothing behind when it is killed', async () => {
    const demo = spawn(process.execPath, [CLI, 'demo', '--plain'], { env: { ...process.env, TMPDIR: folder }, stdio: 'ignore' });
    const [cluster = ''] = await eventually('the cluster has a folder and a supervisor', async () => {
      const found = await left();
      const files = found[0] === undefined ? [] : await readdir(join(folder, found[0])).catch(() => []);
      return files.includes('supervisor.json') && found;
    });
    demo.kill('SIGKILL');
    await eventually('its folder is gone', async () => !(await left()).includes(cluster), 90);
  }, 150_000);
});
