import { spawn } from 'node:child_process';
import { signalGroup } from '../../processes/process-ending.js';

/** What a command that ran inside a container's surroundings did. */
export interface CommandResult {
  /** Undefined when it could not be started or took too long. */
  readonly exitCode: number | undefined;
  /** Its output and errors, at most 10 KiB. */
  readonly output: string;
}

export interface CommandOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** Milliseconds after which it is killed. */
  readonly timeout: number;
  /** Told the pid as soon as there is one, and again when it is gone. */
  readonly onStart?: (pid: number) => void;
  readonly onEnd?: (pid: number) => void;
}

const OUTPUT_LIMIT = 10 * 1024;

/** Runs a probe's or a hook's command in the environment and folder of its container. */
export function runCommand(command: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: options.workingDirectory, env: options.env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let late = false;
    const take = (chunk: Buffer): void => {
      if (output.length < OUTPUT_LIMIT) output += chunk.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const { pid } = child;
    if (pid !== undefined) options.onStart?.(pid);
    const deadline = setTimeout(() => {
      late = true;
      if (pid !== undefined) signalGroup(pid, 'SIGKILL');
    }, options.timeout);
    const settle = (result: CommandResult): void => {
      clearTimeout(deadline);
      if (pid !== undefined) options.onEnd?.(pid);
      resolve(result);
    };
    child.once('error', (error) => settle({ exitCode: undefined, output: `${program}: ${error.message}` }));
    // Not `close`: what the command left running may hold its output open.
    child.once('exit', (code) => {
      if (pid !== undefined) signalGroup(pid, 'SIGKILL');
      const text = output.slice(0, OUTPUT_LIMIT);
      settle(late ? { exitCode: undefined, output: `command timed out after ${options.timeout} ms: ${text}` } : { exitCode: code ?? undefined, output: text });
    });
  });
}
