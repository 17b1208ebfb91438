import { PassThrough } from 'node:stream';
import { catalogue } from '../../src/cli/commands/catalogue.js';
import { run } from '../../src/cli/program.js';
import type { ClusterClient } from '../../src/cluster/client.js';
import type { Shell } from '../../src/cli/shell.js';
import type { Clock } from '../../src/ports/clock.js';
import { seededRandom } from '../../src/ports/random.js';
import type { Driver } from '../driver/driver.js';

// A command is read when it is first asked for, and virtual time would go on meanwhile.
await Promise.all([...catalogue.map(({ load }) => load()), import('../../src/cli/completion/names.js'), import('log-update')]);

export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CommandOptions {
  readonly stdin?: string;
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly signal?: AbortSignal;
  readonly terminal?: boolean;
  /** Another client than the driver's: somebody else's, or another cluster's. */
  readonly client?: ClusterClient;
  /** Connects as the program does: by a kubeconfig, over sockets. */
  readonly connects?: boolean;
  /** Where there is no driver. */
  readonly clock?: Clock;
}

/** A command that runs while virtual time goes on, and what it has printed so far. */
export interface StartedCommand {
  readonly result: Promise<CommandResult>;
  out(): string;
  err(): string;
}

/** Starts `serin …` in this process, on the driver's cluster. */
export function start(driver: Driver | undefined, args: readonly string[], options: CommandOptions = {}): StartedCommand {
  const [stdout, stderr] = [collect(), collect()];
  const shell: Shell = {
    env: { NO_COLOR: '1', HOME: '/nonexistent', ...options.env },
    cwd: options.cwd ?? '/',
    stdin: textStream(options.stdin ?? ''),
    stdout: Object.assign(stdout.stream, { isTTY: options.terminal ?? false, columns: 120, rows: 60 }),
    stderr: stderr.stream,
    clock: driver?.clock ?? options.clock ?? { now: () => 0, monotonic: () => 0, sleep: () => Promise.reject(new Error('nothing to wait for')) },
    random: seededRandom(5),
    signal: options.signal ?? new AbortController().signal,
    ...(options.connects ? {} : {
      connect: ({ namespace }) => {
        const client = options.client ?? driver?.client;
        if (!client) return Promise.reject(new Error('this test has no cluster'));
        return Promise.resolve({ client, namespace: namespace ?? 'default', context: 'driver', server: 'in-process', close: () => Promise.resolve() });
      },
    }),
  };
  const result = run(shell, '0.0.0', args).then((code) => ({ code, out: stdout.text(), err: stderr.text() }));
  return { result, out: stdout.text, err: stderr.text };
}

/** Runs `serin …` to its end while virtual time goes on. */
export async function serin(driver: Driver | undefined, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { result } = start(driver, args, options);
  return driver ? driver.run(() => result) : result;
}

function collect(): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough();
  let text = '';
  stream.setEncoding('utf8');
  const write = stream.write.bind(stream);
  // What was written is there at once, not a turn later.
  stream.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    stream.resume();
    return write(chunk, ...rest);
  }) as typeof stream.write;
  return { stream, text: () => text };
}

async function* textStream(text: string): AsyncIterable<string> {
  await Promise.resolve();
  yield text;
}
