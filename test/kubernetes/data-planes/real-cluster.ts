import { inject } from 'vitest';
import type { ClusterClient } from '../../../src/cluster/client.js';
import { createClient } from '../../../src/cluster/create-client.js';
import { loadKubeconfig } from '../../../src/cluster/kubeconfig/load-kubeconfig.js';
import type { LabHandle } from '../lab/shared-lab.js';
import { startControlPlane } from '../lab/control-plane.js';
import { networks } from '../lab/networks.js';
import { controlPlanePrograms } from '../lab/programs.js';

/** A real API server with controllers, on which a data plane is tried. */
export interface RealCluster {
  readonly client: ClusterClient;
  /** Of an administrator. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/** The cluster that lanes share, if there is one; else one of this test's own. Needs the network of `namespace.sh`. */
export async function openRealCluster(signal: AbortSignal): Promise<RealCluster> {
  const shared: LabHandle | undefined = inject('lab');
  const own = shared ? undefined : await startControlPlane({ programs: controlPlanePrograms('kubernetes'), network: networks.dataPlanes, scheduler: false }, signal);
  const kubeconfig = shared?.kubeconfig ?? own?.kubeconfigs.admin ?? '';
  const { transport } = await loadKubeconfig({ env: {}, path: kubeconfig });
  return {
    kubeconfig,
    client: createClient(transport, { fieldManager: 'test' }),
    async stop() {
      await transport.stop();
      await own?.stop();
    },
  };
}
