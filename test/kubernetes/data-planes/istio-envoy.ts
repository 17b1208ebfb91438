import { dynamicBootstrap } from './envoy-bootstrap.js';
import { startEnvoy, type Envoy } from './envoy.js';
import { ISTIO_VERSION, type Istiod } from './istiod.js';

export interface IstioEnvoyOptions {
  /** A gateway of the mesh, or the proxy beside a client. */
  readonly role: 'router' | 'sidecar';
  readonly namespace: string;
  /** Its Pod's; need not be there. */
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
  /** For how long connections of a configuration that was replaced may go on; Istio's own is 45 s. */
  readonly drainSeconds?: number;
}

/** Starts an Envoy that istiod steers. A sidecar listens at the ports of Services on 127.0.0.1, with no redirection by the kernel. */
export function startIstioEnvoy(istiod: Istiod, directory: string, { role, namespace, address, labels, drainSeconds = 45 }: IstioEnvoyOptions, signal: AbortSignal): Promise<Envoy> {
  const name = `${role}-${namespace}`;
  const node = {
    id: `${role}~${address}~${name}.${namespace}~${namespace}.svc.cluster.local`,
    cluster: name,
    metadata: { NAMESPACE: namespace, LABELS: labels, INSTANCE_IPS: address, ISTIO_VERSION, CLUSTER_ID: 'Kubernetes', INTERCEPTION_MODE: 'NONE' },
  };
  return startEnvoy(name, directory, (admin) => dynamicBootstrap(node, istiod.discovery, admin), signal, ['--drain-time-s', String(drainSeconds)]);
}
