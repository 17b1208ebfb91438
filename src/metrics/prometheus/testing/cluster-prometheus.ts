import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClusterClient } from '../../../cluster/client.js';
import { resources } from '../../../kubernetes/resources.js';
import { openAddressMap } from '../../../local/addresses/cluster-addresses.js';
import { startPrometheusWith, type RunningPrometheus } from './prometheus-server.js';

/** A local cluster that is up. */
interface Cluster {
  readonly directory: string;
  readonly client: ClusterClient;
}

/**
 * Starts a real Prometheus that scrapes the Pods of a local cluster where their annotations `prometheus.io/…` say, and names
 * each series by `namespace` and `pod`. It asks once a second which Pods there are (and, as any, acts on that within 5 s):
 * Debian's is built without the discovery of Kubernetes.
 * @param every its interval between scrapes, such as `15s`
 */
export async function startClusterPrometheus({ directory, client }: Cluster, every: string): Promise<RunningPrometheus> {
  const addresses = await openAddressMap(directory);
  const targets = async (): Promise<object[]> => {
    const { items } = await client.list(resources.pods, {});
    return items.flatMap(({ metadata: { namespace = '', name, annotations = {} }, status }) => {
      const { 'prometheus.io/scrape': wanted, 'prometheus.io/port': port, 'prometheus.io/path': path = '/metrics' } = annotations;
      if (wanted !== 'true' || status?.phase !== 'Running' || status.podIP === undefined) return [];
      const { host, port: real } = addresses.toSocketAddress(status.podIP, Number(port));
      return [{ targets: [`${host}:${real}`], labels: { namespace, pod: name, __metrics_path__: path } }];
    });
  };
  const server = createServer((_, response) => {
    targets().then(
      (found) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const pods = { job_name: 'pods', http_sd_configs: [{ url, refresh_interval: '1s' }] };
    const running = await startPrometheusWith({ global: { scrape_interval: every, scrape_timeout: '1s' }, scrape_configs: [pods] });
    return { ...running, stop: async () => void (await running.stop().finally(stop)) };
  } catch (error) {
    await stop();
    throw error;
  }
}
