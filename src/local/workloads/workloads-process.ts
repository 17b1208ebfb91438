import { createClient } from '../../cluster/create-client.js';
import { loadKubeconfig } from '../../cluster/kubeconfig/load-kubeconfig.js';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import type { Log } from './loop/log.js';
import { startWorkloads } from './run-workloads.js';

/** Which cluster the process works for, and until when. */
export interface WorkloadsProcessOptions {
  /** Where `KUBECONFIG` and `HOME` are looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A file instead of those that kubectl would find. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly seed: number;
  /** Milliseconds; see `WorkloadOptions`. */
  readonly autoscalerPeriod?: number;
  readonly logger: Log;
  /** Ends the process's work. */
  readonly signal: AbortSignal;
}

/**
 * Runs the workload controllers against the API of a kubeconfig, over sockets and in real time, until the signal.
 * @throws KubeconfigError when there is no such cluster
 */
export async function runWorkloadsProcess({ env, kubeconfig, context, seed, autoscalerPeriod, logger, signal }: WorkloadsProcessOptions): Promise<void> {
  const { transport, server } = await loadKubeconfig({
    env,
    ...(kubeconfig !== undefined && { path: kubeconfig }),
    ...(context !== undefined && { context }),
  });
  const client = createClient(transport, { fieldManager: 'workloads', clock: systemClock });
  const workloads = startWorkloads({ client, clock: systemClock, random: seededRandom(seed), logger, ...(autoscalerPeriod !== undefined && { autoscalerPeriod }) });
  workloads.ready.then(
    () => logger.info({ server }, 'workload controllers started'),
    () => undefined,
  );
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  logger.info({ server }, 'workload controllers stopping');
  await workloads.stop();
  await transport.stop();
}
