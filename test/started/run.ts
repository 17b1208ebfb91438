import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Milliseconds after which the program is killed. */
  readonly patience?: number;
  /** Ends the program: for those that go on until they are stopped. */
  readonly signal?: AbortSignal;
}

/** Runs a program to its end, whatever that is. */
export async function run(program: string, args: readonly string[], { env = process.env, cwd = process.cwd(), patience = 60_000, signal }: RunOptions = {}): Promise<Ended> {
  const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: patience });
  const stop = (): void => void child.kill();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr, ended] = await Promise.all([text(child.stdout), text(child.stderr), code]);
  signal?.removeEventListener('abort', stop);
  return { code: ended, stdout, stderr };
}
