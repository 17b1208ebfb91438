import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabProcess } from '../lab/lab-process.js';
import { programPath } from '../lab/programs.js';
import type { XdsServer } from './envoy-bootstrap.js';
import { freePort } from './free-port.js';

/** Istio's control plane. */
export interface Istiod {
  readonly process: LabProcess;
  /** Where proxies and xDS clients come, unencrypted. */
  readonly discovery: XdsServer;
  /** One of its debug pages, such as `/debug/configz`. */
  debug(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

export const ISTIO_VERSION = '1.31.0';

/** What speaks for Envoys and clients without certificates, and for an Envoy that is built without Istio's own filters. */
const environment = {
  PILOT_ENABLE_ALPN_FILTER: 'false',
  PILOT_ENABLE_METADATA_EXCHANGE: 'false',
  ENABLE_CA_SERVER: 'false',
  PILOT_CERT_PROVIDER: 'none',
  INJECTION_WEBHOOK_CONFIG_NAME: '',
  VALIDATION_WEBHOOK_CONFIG_NAME: '',
  ENABLE_LEADER_ELECTION: 'false',
  // It would want to run Pods of its own.
  PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER: 'false',
  POD_NAME: 'istiod',
  POD_NAMESPACE: 'istio-system',
};

const mesh = { enableAutoMtls: false, ingressControllerMode: 'OFF', rootNamespace: 'istio-system', trustDomain: 'cluster.local' };

/** Starts istiod and waits until it has read the cluster. @param directory for its configuration and log */
export async function startIstiod(directory: string, kubeconfig: string, signal: AbortSignal): Promise<Istiod> {
  const file = join(directory, 'mesh.json');
  await writeFile(file, JSON.stringify(mesh));
  const [discovery, http, monitoring, control] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const process = LabProcess.start({
    name: 'istiod',
    path: programPath('istiod', 'pilot-discovery'),
    args: [
      ...['discovery', '--kubeconfig', kubeconfig, '--meshConfig', file, '--namespace', 'istio-system', '--registries', 'Kubernetes'],
      ...['--grpcAddr', `127.0.0.1:${discovery}`, '--httpAddr', `127.0.0.1:${http}`, '--monitoringAddr', `127.0.0.1:${monitoring}`],
      ...['--secureGRPCAddr', '', '--httpsAddr', '', '--ctrlz_port', String(control), '--shutdownDuration', '0s', '--log_output_level', 'default:warn'],
    ],
    env: environment,
    log: join(directory, 'istiod.log'),
  });
  try {
    await process.until('ready', async () => (await fetch(`http://127.0.0.1:${http}/ready`, { signal })).ok, { signal });
  } catch (error) {
    await process.stop();
    throw error;
  }
  return {
    process,
    discovery: { host: '127.0.0.1', port: discovery, cluster: 'xds-grpc', aggregated: true },
    debug: async (path) => (await fetch(`http://127.0.0.1:${http}${path}`, { signal: AbortSignal.timeout(30_000) })).json(),
    stop: () => process.stop(),
  };
}
