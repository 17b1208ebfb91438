import { spawn } from 'node:child_process';
import { abortReason, type Clock } from '../../ports/clock.js';
import { CredentialError } from '../credentials.js';
import type { Environment } from './kubeconfig-files.js';

export interface PluginRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Environment;
  /** The program shares our terminal. */
  readonly interactive: boolean;
  /** How to install it, as the kubeconfig says. */
  readonly hint: string | undefined;
  /** Milliseconds until it is killed. */
  readonly timeout: number;
}

const LONGEST_OUTPUT = 1 << 20;

/** Runs a program to its end. @returns what it printed, which goes into no message. @throws CredentialError */
export async function runPlugin(run: PluginRun, clock: Clock, signal: AbortSignal): Promise<string> {
  const wrong = (problem: string): CredentialError => new CredentialError(`credential plugin ${run.command} ${problem}`);
  const ended = new AbortController();
  try {
    return await new Promise<string>((resolve, reject) => {
      const child = spawn(run.command, run.args, {
        env: { ...run.env },
        stdio: [run.interactive ? 'inherit' : 'ignore', 'pipe', run.interactive ? 'inherit' : 'ignore'],
      });
      const chunks: Buffer[] = [];
      let length = 0;
      const giveUp = (error: Error): void => {
        child.kill('SIGKILL');
        // A grandchild may hold the other end open.
        child.stdout?.destroy();
        reject(error);
      };
      child.stdout?.on('error', () => undefined);
      child.stdout?.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > LONGEST_OUTPUT) giveUp(wrong('printed more than a megabyte'));
      });
      child.on('error', (error) => {
        const code = 'code' in error ? error.code : undefined;
        // A name without a folder was looked for in all of PATH; a part of that which may not be read answers EACCES.
        const missing = code === 'ENOENT' || (code === 'EACCES' && !run.command.includes('/'));
        const problem = missing ? 'was not found; install it or put it into PATH' : 'could not be started; check that it may be run';
        reject(wrong(run.hint === undefined ? problem : `${problem}. ${run.hint.trim()}`));
      });
      child.on('close', (code, killed) => {
        if (code === 0) return resolve(Buffer.concat(chunks).toString('utf8'));
        reject(wrong(`ended with ${code === null ? `signal ${killed}` : `code ${code}`}; run it by hand to see why`));
      });
      clock.sleep(run.timeout, ended.signal).then(
        () => giveUp(wrong(`took longer than ${run.timeout / 1000} s and was stopped; run it by hand to see what it waits for`)),
        () => undefined,
      );
      if (signal.aborted) giveUp(abortReason(signal));
      else signal.addEventListener('abort', () => giveUp(abortReason(signal)), { once: true, signal: ended.signal });
    });
  } finally {
    ended.abort();
  }
}
