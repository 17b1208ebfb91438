import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Owner } from './owner.js';
import { pinnedTo } from './tools.js';

export interface RunningProgram {
  readonly pid: number;
  /** What it said first: one line of JSON. */
  readonly said: Readonly<Record<string, number>>;
}

/** Starts one of the bench's own programs on one processor; resolves when it has said where it listens. */
export async function startProgram(owner: Owner, processor: number, name: string, ...args: string[]): Promise<RunningProgram> {
  const child = start(owner, processor, [process.execPath, new URL(`../programs/${name}.js`, import.meta.url).pathname, ...args]);
  if (!child.stdout) throw new Error(`${name} has no output`);
  for await (const line of createInterface(child.stdout)) return { pid: child.pid ?? 0, said: JSON.parse(line) as Record<string, number> };
  throw new Error(`${name} ended before it listened`);
}

/** Starts a program on one processor, to be ended by the owner. */
export function start(owner: Owner, processor: number, command: readonly string[]): ChildProcess {
  const [program = '', ...args] = [...pinnedTo(processor), ...command];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  owner.defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(patience);
  });
  return child;
}

/** Runs a program to its end. @returns what it wrote */
export async function run(processor: number, command: readonly string[]): Promise<string> {
  const [program = '', ...args] = [...pinnedTo(processor), ...command];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code ?? 'a signal'}`);
  return text;
}
