import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { systemClock } from '../../../src/ports/clock.js';

const STOP_PATIENCE_MILLISECONDS = 10_000;
const POLL_MILLISECONDS = 50;
const SHOWN_LINES = 15;
/** Programs in Go collect garbage less often than by default: of memory there is enough here, of processor time there is not. */
const GARBAGE_PERCENT = '300';

export interface LabProgram {
  /** Names it in messages. */
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it prints goes here, after what is there. */
  readonly log: string;
}

/** One program that runs until it is stopped, killed, or ends by itself. */
export class LabProcess {
  readonly #program: LabProgram;
  readonly #child: ChildProcess;
  readonly #exited: Promise<string>;
  #exit: string | undefined;

  private constructor(program: LabProgram, child: ChildProcess) {
    this.#program = program;
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code ?? '?'}` : `signal ${signal}`));
    });
    void this.#exited.then((exit) => (this.#exit = exit));
  }

  static start(program: LabProgram): LabProcess {
    const log = openSync(program.log, 'a');
    try {
      const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', GOGC: GARBAGE_PERCENT, ...program.env };
      return new LabProcess(program, spawn(program.path, program.args, { stdio: ['ignore', log, log], env }));
    } finally {
      closeSync(log);
    }
  }

  get name(): string {
    return this.#program.name;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} did not start: ${this.#exit ?? ''}`);
    return this.#child.pid;
  }

  /** How it ended; undefined while it runs. */
  get exit(): string | undefined {
    return this.#exit;
  }

  /** Waits until the condition holds. @throws Error with the end of the log when it does not in time, or the program ends first */
  async until(what: string, condition: () => Promise<boolean>, { seconds = 120, signal }: { seconds?: number; signal?: AbortSignal } = {}): Promise<void> {
    for (const end = systemClock.monotonic() + seconds * 1000; ; await systemClock.sleep(POLL_MILLISECONDS, signal)) {
      if (this.#exit !== undefined) throw new Error(`${this.name} ended (${this.#exit}) before it was ${what}\n${await this.lastLines()}`);
      if (await condition().catch(() => false)) return;
      if (systemClock.monotonic() > end) throw new Error(`${this.name} was not ${what} within ${seconds} s\n${await this.lastLines()}`);
    }
  }

  /** SIGTERM, and SIGKILL when it takes too long. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const patience = new AbortController();
    await Promise.race([this.#exited, systemClock.sleep(STOP_PATIENCE_MILLISECONDS, patience.signal).catch(() => undefined)]);
    patience.abort();
    await this.kill();
  }

  /** Ends it at once, as a crash does. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** SIGSTOP: it is there but does nothing. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  async lastLines(lines = SHOWN_LINES): Promise<string> {
    return (await readFile(this.#program.log, 'utf8')).trimEnd().split('\n').slice(-lines).join('\n');
  }
}
