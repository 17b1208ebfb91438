import type { Container, LifecycleHandler } from '../../../kubernetes/generated/core-v1.js';
import type { NodeServices } from '../node-services.js';
import { httpGet } from '../probes/http-request.js';
import { runCommand } from '../processes/command-run.js';
import type { ContainerLaunch } from './container-launch.js';

/** Where a hook runs, and for how long. */
export interface PreStopOptions {
  readonly container: Container;
  readonly launch: ContainerLaunch;
  readonly podIP: string;
  readonly services: NodeServices;
  /** Milliseconds that the hook may take. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Runs what a container wants done before it is told to end. @returns why it failed; undefined when it did not */
export async function runPreStop({ exec, httpGet: get, sleep }: LifecycleHandler, options: PreStopOptions): Promise<string | undefined> {
  const { services, timeout, signal } = options;
  if (sleep !== undefined) {
    await services.clock.sleep(Math.min(sleep.seconds * 1000, timeout), signal).catch(() => undefined);
    return undefined;
  }
  if (get !== undefined) {
    const { success, output } = await httpGet(get, options.container, options.podIP, timeout, services.addresses);
    return success ? undefined : output;
  }
  if (exec === undefined) return undefined;
  const { exitCode, output } = await runCommand([...options.launch.prefix, ...(exec.command ?? [])], {
    ...options.launch,
    timeout,
    onStart: (pid) => services.records.add(pid, `${options.container.name} preStop`),
    onEnd: (pid) => services.records.remove(pid),
  });
  return exitCode === 0 ? undefined : `exit code ${exitCode ?? 'none'}: ${output}`;
}
