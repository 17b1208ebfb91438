import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { systemClock } from '../../ports/clock.js';
import { endProcessGroup } from './process-ending.js';
import { identifyProcess, isGroupRunning, isRunning } from './process-identity.js';

function start(script: string) {
  const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  const identity = identifyProcess(child.pid ?? 0);
  if (identity === undefined) throw new Error('the process did not start');
  return { child, identity };
}

it('tells a process from a later one with the same pid', () => {
  const self = identifyProcess(process.pid);
  expect(self).toBeDefined();
  if (self === undefined) return;
  expect(isRunning(self)).toBe(true);
  expect(isRunning({ ...self, started: 'another boot 17' })).toBe(false);
});

it('ends a group that ignores SIGTERM', async () => {
  const { child, identity } = start('trap "" TERM; echo up; while :; do sleep 0.05; done');
  await once(child.stdout, 'data');
  expect(await endProcessGroup(identity, 100, systemClock)).toBe(true);
  expect(isGroupRunning(identity)).toBe(false);
  expect(await endProcessGroup(identity, 100, systemClock)).toBe(false);
});

it('ends what a dead leader left behind', async () => {
  // The leader stays until its input ends, so that it is still there to be identified.
  const { child, identity } = start('sleep 60 <&- & read -r line');
  child.stdin.end();
  const [code] = await once(child, 'exit');
  expect(code).toBe(1);
  expect(isRunning(identity)).toBe(false);
  expect(isGroupRunning(identity)).toBe(true);
  await endProcessGroup(identity, 1000, systemClock);
  expect(isGroupRunning(identity)).toBe(false);
});
