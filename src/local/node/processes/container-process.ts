import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { signalGroup } from '../../processes/process-ending.js';

/** What to run for a container. */
export interface ProcessSpec {
  /** Program and arguments; the program is found by the PATH of `env`. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  /** Output and errors are appended here. */
  readonly logFile: string;
  /** Told the pid in the same breath as the start. */
  readonly onSpawn?: (pid: number) => void;
}

export interface ProcessExit {
  /** 128 plus the signal's number for a process that a signal ended. */
  readonly exitCode: number;
  readonly signal: number | undefined;
}

/** The leader of a process group of its own. When it exits, what is left of its group is killed, as when a container's first process exits. */
export class ContainerProcess {
  readonly pid: number;
  /** Never rejects. */
  readonly exited: Promise<ProcessExit>;
  #running = true;

  private constructor(child: ChildProcess, pid: number) {
    this.pid = pid;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#running = false;
        signalGroup(pid, 'SIGKILL');
        const number = signal === null ? undefined : constants.signals[signal];
        resolve({ exitCode: code ?? 128 + (number ?? 0), signal: number });
      });
    });
  }

  /** @throws Error when the program or the working directory cannot be found, or not be run */
  static async start({ command, env, workingDirectory, logFile, onSpawn }: ProcessSpec): Promise<ContainerProcess> {
    const [program = '', ...args] = command;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'a', 0o640);
    try {
      const child = spawn(program, args, { cwd: workingDirectory, env, detached: true, stdio: ['ignore', log, log] });
      if (child.pid !== undefined) onSpawn?.(child.pid);
      const failed = new Promise<Error | undefined>((resolve) => {
        child.once('error', resolve);
        child.once('spawn', () => resolve(undefined));
      });
      // Listeners for the exit are in place before anything is awaited: a short-lived program may be gone by then.
      const process = child.pid === undefined ? undefined : new ContainerProcess(child, child.pid);
      const error = await failed;
      if (process === undefined || error !== undefined) {
        throw new Error(`cannot run ${JSON.stringify(program)} in ${workingDirectory}: ${error?.message ?? 'no process'}`, { cause: error });
      }
      child.on('error', () => undefined);
      return process;
    } finally {
      closeSync(log);
    }
  }

  get running(): boolean {
    return this.#running;
  }

  /** Sends a signal to the whole group. */
  signal(signal: NodeJS.Signals): void {
    if (this.#running) signalGroup(this.pid, signal);
  }
}
