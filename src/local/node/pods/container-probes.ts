import type { Container, Probe } from '../../../kubernetes/generated/core-v1.js';
import type { NodeServices } from '../node-services.js';
import { httpGet } from '../probes/http-request.js';
import { failed, succeeded, type ProbeOutcome } from '../probes/probe-outcome.js';
import { runProbeLoop } from '../probes/probe-loop.js';
import { tcpConnect } from '../probes/tcp-connection.js';
import { runCommand } from '../processes/command-run.js';
import type { ContainerLaunch } from './container-launch.js';

type ProbeName = 'Startup' | 'Readiness' | 'Liveness';

/** Whom to probe, and who is told. */
export interface ContainerProbesOptions {
  readonly container: Container;
  readonly launch: ContainerLaunch;
  readonly podIP: string;
  readonly services: NodeServices;
  /** Ends all probing. */
  readonly signal: AbortSignal;
  readonly onStarted: () => void;
  readonly onReady: (ready: boolean) => void;
  /** The container must be ended: `failed liveness probe`. */
  readonly onUnhealthy: (cause: string, probe: Probe) => void;
  readonly onFailure: (message: string) => void;
}

/** All probes of one run of a container: startup first, then readiness and liveness. Resolves when the signal ends them. */
export async function runContainerProbes(options: ContainerProbesOptions): Promise<void> {
  const { container, onStarted, onReady, onUnhealthy } = options;
  const { startupProbe, readinessProbe, livenessProbe } = container;
  if (startupProbe !== undefined) {
    let started = false;
    await loop('Startup', startupProbe, options, (success) => {
      started = success;
      if (!success) onUnhealthy('failed startup probe', startupProbe);
      return false;
    });
    if (!started) return;
  }
  onStarted();
  if (readinessProbe === undefined) onReady(true);
  await Promise.all([
    readinessProbe && loop('Readiness', readinessProbe, options, (success) => {
      onReady(success);
      return true;
    }),
    livenessProbe && loop('Liveness', livenessProbe, options, (success) => {
      if (!success) onUnhealthy('failed liveness probe', livenessProbe);
      return success;
    }),
  ]);
}

function loop(name: ProbeName, probe: Probe, options: ContainerProbesOptions, onResult: (success: boolean) => boolean): Promise<void> {
  return runProbeLoop({
    probe,
    attempt: (timeout) => attempt(probe, timeout, options),
    onResult,
    onFailure: (output) => options.onFailure(`${name} probe failed: ${output}`),
    clock: options.services.clock,
    signal: options.signal,
  });
}

async function attempt({ httpGet: get, tcpSocket, exec }: Probe, timeout: number, options: ContainerProbesOptions): Promise<ProbeOutcome> {
  const { container, podIP, services, launch } = options;
  if (get !== undefined) return httpGet(get, container, podIP, timeout, services.addresses);
  if (tcpSocket !== undefined) return tcpConnect(tcpSocket, container, podIP, timeout, services.addresses);
  const { exitCode, output } = await runCommand([...launch.prefix, ...(exec?.command ?? [])], {
    ...launch,
    timeout,
    onStart: (pid) => services.records.add(pid, `${container.name} probe`),
    onEnd: (pid) => services.records.remove(pid),
  });
  return exitCode === 0 ? succeeded : failed(output);
}
