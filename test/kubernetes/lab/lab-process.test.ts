import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LabProcess } from './lab-process.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'serin-lab-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const start = (script: string): LabProcess => LabProcess.start({ name: 'server', path: '/bin/sh', args: ['-c', script], log: join(directory, 'log') });
const printed = async (): Promise<string> => readFile(join(directory, 'log'), 'utf8');

it('waits for a condition and ends the program', async () => {
  const server = start('echo up; while :; do sleep 0.05; done');
  await server.until('up', async () => (await printed()).includes('up'));
  expect(server.exit).toBeUndefined();
  await server.stop();
  expect(server.exit).toBe('signal SIGTERM');
});

it('says with the end of its log that a program ended before it was ready', async () => {
  const server = start('echo no such flag; exit 3');
  await expect(server.until('ready', () => Promise.resolve(false))).rejects.toThrow('server ended (exit code 3) before it was ready\nno such flag');
});

it('says that a program does not get ready', async () => {
  const server = start('echo working; while :; do sleep 0.05; done');
  await expect(server.until('ready', () => Promise.reject(new Error('refused')), { seconds: 0.2 })).rejects.toThrow('server was not ready within 0.2 s');
  await server.kill();
  expect(server.exit).toBe('signal SIGKILL');
});

it('says that a program is not there', async () => {
  const missing = LabProcess.start({ name: 'server', path: join(directory, 'none'), args: [], log: join(directory, 'log') });
  await expect(missing.until('ready', () => Promise.resolve(false))).rejects.toThrow(/server ended \(spawn .*ENOENT\)/);
});
