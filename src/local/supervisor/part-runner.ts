import type { Clock } from '../../ports/clock.js';
import { identifyProcess } from '../processes/process-identity.js';
import { endProcessGroup, signalGroup } from '../processes/process-ending.js';
import { spawnProgram, untilExit } from './program.js';
import type { PartState } from './supervisor-state.js';

/** A part whose placeholders are filled. */
export interface PartCommand {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly nodeFlags: readonly string[];
  readonly cleanUp: readonly string[] | undefined;
  readonly logFile: string;
}

export interface PartRunnerOptions {
  readonly part: PartCommand;
  readonly clock: Clock;
  /** Told of each change, and waited for before anything else happens. */
  readonly onChange: () => Promise<void>;
}

const FIRST_DELAY_MILLISECONDS = 250;
const LAST_DELAY_MILLISECONDS = 10_000;
/** A part that ran for so long starts again at once. */
const STEADY_MILLISECONDS = 30_000;
const STOP_PATIENCE_MILLISECONDS = 15_000;

/** Keeps one part running until it is stopped. */
export class PartRunner {
  readonly #options: PartRunnerOptions;
  readonly #abort = new AbortController();
  #state: PartState;
  #running: Promise<void> = Promise.resolve();

  constructor(options: PartRunnerOptions) {
    this.#options = options;
    this.#state = { name: options.part.name, status: 'starting', restarts: 0 };
  }

  get state(): PartState {
    return this.#state;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** SIGTERM, and SIGKILL when it takes too long. Resolves when it is gone and cleaned up. */
  async stop(): Promise<void> {
    this.#abort.abort();
    const { process } = this.#state;
    if (process !== undefined) await endProcessGroup(process, STOP_PATIENCE_MILLISECONDS, this.#options.clock);
    await this.#running;
    await this.#cleanUp();
    await this.#set({ status: 'stopped' });
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#abort;
    let delay = FIRST_DELAY_MILLISECONDS;
    while (!signal.aborted) {
      const began = clock.monotonic();
      const exit = await this.#runOnce();
      if (signal.aborted) return this.#set({ status: 'stopped', lastExit: exit });
      if (clock.monotonic() - began > STEADY_MILLISECONDS) delay = FIRST_DELAY_MILLISECONDS;
      await this.#set({ status: 'backing-off', lastExit: exit, restarts: this.#state.restarts + 1 });
      await clock.sleep(delay, signal).catch(() => undefined);
      delay = Math.min(delay * 2, LAST_DELAY_MILLISECONDS);
    }
  }

  async #runOnce(): Promise<string> {
    await this.#cleanUp();
    if (this.#abort.signal.aborted) return 'not started';
    const { part, clock } = this.#options;
    const child = spawnProgram([...part.nodeFlags, part.script, ...part.args], part.logFile);
    const exited = untilExit(child);
    const { pid } = child;
    const process = pid === undefined ? undefined : identifyProcess(pid);
    await this.#set({ status: 'running', startedAt: clock.now(), ...(process === undefined ? {} : { process }) });
    const exit = await exited;
    // What the part started in its own group goes with it.
    if (pid !== undefined) signalGroup(pid, 'SIGKILL');
    return exit;
  }

  async #cleanUp(): Promise<void> {
    const { cleanUp, script, logFile } = this.#options.part;
    if (cleanUp !== undefined) await untilExit(spawnProgram([script, ...cleanUp], logFile));
  }

  async #set(change: Partial<PartState>): Promise<void> {
    const { process: _gone, ...rest } = this.#state;
    const keepsProcess = (change.status ?? rest.status) === 'running' && change.process === undefined;
    this.#state = { ...(keepsProcess ? this.#state : rest), ...change };
    await this.#options.onChange();
  }
}
