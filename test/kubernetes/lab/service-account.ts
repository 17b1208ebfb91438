import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { ClusterClient } from '../../../src/cluster/client.js';
import { loadKubeconfig } from '../../../src/cluster/kubeconfig/load-kubeconfig.js';
import { resources } from '../../../src/kubernetes/resources.js';

/** A cluster as its administrator sees it, and a folder for what is run beside it. */
export interface AdministeredCluster {
  readonly directory: string;
  /** Of an administrator. */
  readonly kubeconfig: string;
  /** Where the API server is found, if not where the kubeconfig says: a proxy, `http://127.0.0.1:<port>`. */
  readonly through?: string;
}

/** Asks the API server for a token of a ServiceAccount, good for a day. @returns the administrator's kubeconfig with that token for its user */
export async function serviceAccountKubeconfig({ directory, kubeconfig, through }: AdministeredCluster, { namespace, name }: { namespace: string; name: string }, file = `${namespace}-${name}`): Promise<string> {
  const { transport } = await loadKubeconfig({ env: {}, path: kubeconfig });
  try {
    const { status, body } = await transport.request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 86_400 } }),
    });
    if (status !== 201) throw new Error(`no token for ${namespace}/${name}: ${body}`);
    const { token } = (JSON.parse(body) as { status: { token: string } }).status;
    const config = parse(await readFile(kubeconfig, 'utf8')) as { users: { name: string; user: object }[]; clusters: { name: string; cluster: object }[] };
    const path = join(directory, `${file}.kubeconfig`);
    const clusters = through === undefined ? config.clusters : config.clusters.map((cluster) => ({ name: cluster.name, cluster: { server: through } }));
    await writeFile(path, stringify({ ...config, clusters, users: config.users.map((user) => ({ name: user.name, user: { token } })) }), { mode: 0o600 });
    return path;
  } finally {
    await transport.stop();
  }
}

/** Makes a namespace with a ServiceAccount where there is none yet. */
export async function ensureServiceAccount(client: ClusterClient, { namespace, name }: { namespace: string; name: string }): Promise<void> {
  const how = { fieldManager: 'lab', force: true };
  await client.apply(resources.namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, how);
  await client.apply(resources.serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } }, how);
}
