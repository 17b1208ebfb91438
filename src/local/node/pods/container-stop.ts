import type { Container } from '../../../kubernetes/generated/core-v1.js';
import type { EventType, NodeServices } from '../node-services.js';
import type { ContainerProcess } from '../processes/container-process.js';
import type { ContainerLaunch } from './container-launch.js';
import { runPreStop } from './pre-stop-hook.js';

/** Time that a process has after SIGTERM even when the preStop hook took all there was. */
const LEAST_PATIENCE_MILLISECONDS = 2_000;
/** How soon a shortened deadline is noticed. */
const POLL_MILLISECONDS = 200;

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGKILL', 'SIGUSR1', 'SIGUSR2'] as const;

export interface ContainerStopOptions {
  readonly container: Container;
  readonly process: ContainerProcess;
  readonly launch: ContainerLaunch;
  readonly podIP: string;
  readonly services: NodeServices;
  readonly event: (type: EventType, reason: string, message: string) => void;
  readonly onBegin: () => void;
}

/** The end of one run of a container: preStop, its stop signal, and SIGKILL when the time is up. */
export class ContainerStop {
  readonly #options: ContainerStopOptions;
  #deadline = Number.POSITIVE_INFINITY;
  #stopping: Promise<void> | undefined;

  constructor(options: ContainerStopOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the process is gone. Called again, it only shortens the time.
   * @param grace milliseconds
   */
  begin(grace: number, message: string): Promise<void> {
    this.#deadline = Math.min(this.#deadline, this.#options.services.clock.monotonic() + grace);
    this.#stopping ??= this.#stop(grace, message);
    return this.#stopping;
  }

  /** Resolves when no stop is under way. */
  async settled(): Promise<void> {
    await this.#stopping;
  }

  async #stop(grace: number, message: string): Promise<void> {
    const { container, process, services, event, onBegin } = this.#options;
    onBegin();
    if (!process.running) return;
    event('Normal', 'Killing', message);
    const { preStop, stopSignal } = container.lifecycle ?? {};
    if (preStop !== undefined && grace > 0) {
      const ended = new AbortController();
      void process.exited.then(() => ended.abort());
      const problem = await runPreStop(preStop, { ...this.#options, timeout: grace, signal: ended.signal });
      if (problem !== undefined) event('Warning', 'FailedPreStopHook', `PreStopHook failed: ${problem}`);
    }
    const signalled = services.clock.monotonic();
    process.signal(SIGNALS.find((signal) => signal === stopSignal) ?? 'SIGTERM');
    const leastUntil = signalled + (grace === 0 ? 0 : Math.min(grace, LEAST_PATIENCE_MILLISECONDS));
    const patienceUntil = (): number => Math.max(this.#deadline, leastUntil);
    while (process.running && services.clock.monotonic() < patienceUntil()) {
      await this.#exitOrSleep(Math.min(POLL_MILLISECONDS, patienceUntil() - services.clock.monotonic()));
    }
    process.signal('SIGKILL');
    await process.exited;
  }

  async #exitOrSleep(milliseconds: number): Promise<void> {
    const { process, services } = this.#options;
    const enough = new AbortController();
    const sleep = services.clock.sleep(Math.max(1, milliseconds), enough.signal).catch(() => undefined);
    await Promise.race([process.exited, sleep]);
    enough.abort();
    await sleep;
  }
}
