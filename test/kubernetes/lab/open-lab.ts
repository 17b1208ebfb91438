import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { inject } from 'vitest';
import { createClient } from '../../../src/cluster/create-client.js';
import { loadKubeconfig } from '../../../src/cluster/kubeconfig/load-kubeconfig.js';
import type { TestCluster } from '../../scenarios/local-cluster.js';
import { dist } from './project.js';
import type { KubernetesObject } from '../../../src/kubernetes/objects.js';
import { resources } from '../../../src/kubernetes/resources.js';
import type { Transport } from '../../../src/ports/transport.js';
import type { LabHandle } from './shared-lab.js';

/** The shared cluster as a test uses it, with the names that scenarios of local clusters use. */
export interface Lab extends TestCluster {
  readonly handle: LabHandle;
}

/** Opens a connection to a cluster, by default to the one that all lanes share; `stop` closes it and removes the namespaces that it made, because nodes take only so many Pods. */
export async function openLab(handle = inject('lab')): Promise<Lab> {
  if (handle === undefined) throw new Error('there is no laboratory: run make test-kubernetes');
  const { directory, kubeconfig, pids } = handle;
  const { transport } = await loadKubeconfig({ env: {}, path: kubeconfig });
  const opened = new Set<string>();
  const client = createClient(notingNamespaces(transport, opened), { fieldManager: 'test' });
  return {
    handle, directory, kubeconfig, client,
    ingress: 'http://no-ingress.invalid',
    serin: (...args) => runSerin(kubeconfig, args),
    pidOf(part) {
      const pid = pids[part];
      return pid === undefined ? Promise.reject(new Error(`the laboratory has no ${part}, only ${Object.keys(pids).join(', ')}`)) : Promise.resolve(pid);
    },
    async stop() {
      for (const name of opened) await client.delete(resources.namespaces, { name }).catch(() => undefined);
      await transport.stop();
    },
  };
}

/** Keeps the names of the namespaces that are made through it. */
const notingNamespaces = (transport: Transport, names: Set<string>): Transport => ({
  stream: (request) => transport.stream(request),
  async request(request) {
    const answer = await transport.request(request);
    if (request.method === 'POST' && request.path === '/api/v1/namespaces' && answer.status === 201) names.add((JSON.parse(answer.body) as KubernetesObject).metadata.name);
    return answer;
  },
});

/** Runs the built `serin` to its end. */
function runSerin(kubeconfig: string, args: readonly string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  return new Promise((resolve) => {
    const env = { ...process.env, KUBECONFIG: kubeconfig, NO_COLOR: '1' };
    execFile(process.execPath, [join(dist, 'cli', 'main.js'), ...args], { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ stdout, stderr, code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1 });
    });
  });
}
