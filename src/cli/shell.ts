import type { Writable } from 'node:stream';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import type { Connection, ConnectionOptions } from './connection.js';

/** Everything outside that a command may touch; tests bring their own. */
export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted when the person wants to stop (Ctrl-C). */
  readonly signal: AbortSignal;
  /** Opens a cluster in another way than through a kubeconfig. */
  readonly connect?: (options: ConnectionOptions) => Promise<Connection>;
}

export const print = (shell: Pick<Shell, 'stdout'>, line = ''): void => void shell.stdout.write(`${line}\n`);
/** What is for the person and not for a program that reads the output. */
export const note = (shell: Pick<Shell, 'stderr'>, line: string): void => void shell.stderr.write(`${line}\n`);
