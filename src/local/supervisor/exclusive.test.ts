import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../ports/clock.js';
import { identifyProcess } from '../processes/process-identity.js';
import { exclusively } from './exclusive.js';

let folder: string;
let lock: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serin-lock-'));
  lock = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('lets one work at a time, and leaves nothing behind', async () => {
  let [inside, most, done] = [0, 0, 0];
  await Promise.all(Array.from({ length: 20 }, () => exclusively(lock, systemClock, async () => {
    most = Math.max(most, ++inside);
    await systemClock.sleep(1);
    inside--;
    done++;
  })));
  expect([most, done, await readdir(folder)]).toEqual([1, 20, []]);
});

it('lets the next one work when one fails', async () => {
  await expect(exclusively(lock, systemClock, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await exclusively(lock, systemClock, () => Promise.resolve('done'))).toBe('done');
});

it('takes what a dead process held, and waits for a living one only so long', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  await writeFile(lock, JSON.stringify(identifyProcess(child.pid ?? 0)));
  await expect(exclusively(lock, systemClock, () => Promise.resolve(), 100)).rejects.toThrow(`${lock} is held by process ${child.pid}: try again when that is done`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await exclusively(lock, systemClock, () => Promise.resolve('done'))).toBe('done');
  expect(await readdir(folder)).toEqual([]);
});
