import type { ClusterClient } from '../../cluster/client.js';
import { createClient } from '../../cluster/create-client.js';
import { loadKubeconfig } from '../../cluster/kubeconfig/load-kubeconfig.js';
import { resources } from '../../kubernetes/resources.js';
import type { ClusterStatus } from '../../local/supervisor/cluster-status.js';
import { startCluster, type StartOptions } from '../../local/supervisor/start-cluster.js';
import type { FrontendName } from '../../frontends/names.js';
import type { Shell } from '../shell.js';
import { controllerPart } from './controller-part.js';
import { dashboardPart } from './dashboard-part.js';
import { metricsBindings, metricsPolicies } from './metrics-objects.js';

/** A local cluster that is up, with a client of its administrator. */
export interface LocalCluster {
  readonly status: ClusterStatus;
  readonly client: ClusterClient;
  close(): Promise<void>;
}

/** How a local cluster with Serin in it is started. */
export interface StartLocalOptions extends StartOptions {
  readonly frontends?: readonly FrontendName[];
  /** Whether its web page is served. */
  readonly dashboard: boolean;
}

/** Starts a local cluster with the controller in it, and with Pods that say where their metrics are. @throws SupervisorError */
export async function startLocal(shell: Shell, { frontends, dashboard, ...options }: StartLocalOptions): Promise<LocalCluster> {
  const status = await startCluster({ ...options, extraParts: [controllerPart(frontends), ...(dashboard ? [dashboardPart] : [])], clock: shell.clock, signal: shell.signal });
  const local = await openLocal(shell, status);
  for (const policy of metricsPolicies) await local.client.apply(resources.mutatingAdmissionPolicies, policy, { fieldManager: 'serin-local', force: true });
  for (const binding of metricsBindings) await local.client.apply(resources.mutatingAdmissionPolicyBindings, binding, { fieldManager: 'serin-local', force: true });
  return local;
}

/** A client of a local cluster that is up. */
export async function openLocal(shell: Shell, status: ClusterStatus): Promise<LocalCluster> {
  const { transport } = await loadKubeconfig({ env: shell.env, path: status.kubeconfig, clock: shell.clock, userAgent: 'serin' });
  return { status, client: createClient(transport, { fieldManager: 'serin-cli', clock: shell.clock, random: shell.random }), close: () => transport.stop() };
}
