import { podKey } from '../configuration/endpoints.js';
import { unknownWorkload } from '../configuration/workload.js';
import { createProxyIdentity, metricsPage, type ProxyIdentity } from '../telemetry/proxies.js';
import type { DataPlane } from './data-plane.js';
import { ingressEntry, serviceEntry, sidecarEntry } from './entries.js';
import { listenForPage, listenForRequests, listenForRequestsAndCalls, listenForSecureRequests, listenForService } from './listener.js';
import type { WantedListener } from './listeners.js';

/** Ports of every Pod's sidecar, as in Istio. */
const SIDECAR_OUTBOUND_PORT = 15_001;
const SIDECAR_METRICS_PORT = 15_020;
const METRICS_PATH = '/stats/prometheus';
/** The port that is listened at even before a Gateway asks for it. */
export const DEFAULT_INGRESS_PORT = 80;
/** The port at which TLS is ended, likewise. */
export const SECURE_INGRESS_PORT = 443;

export const ingressKey = (port: number): string => `ingress ${port}`;
export const INGRESS_METRICS_KEY = 'ingress metrics';

export interface IngressOptions {
  readonly identity: ProxyIdentity;
  /** Of ingress-nginx, which Ingresses are served by. */
  readonly nginxIdentity: ProxyIdentity;
  readonly host: string;
  /** Where the Pod `istio-ingressgateway` really listens; only where a Gateway asks for it. */
  readonly pod?: { readonly host: string; readonly port: number };
  /** The local port to listen at for a Gateway's port; 0 for any free one. */
  localPort(port: number): number;
}

/** Everything that should listen for the configuration in force. */
export function wantedListeners(plane: DataPlane, ingress: IngressOptions): WantedListener[] {
  return [...ingressListeners(plane, ingress), ...sidecarListeners(plane), ...serviceListeners(plane)];
}

function ingressListeners(plane: DataPlane, { identity, nginxIdentity, host, pod, localPort }: IngressOptions): WantedListener[] {
  const ports = new Set([DEFAULT_INGRESS_PORT, ...plane.configuration.outside.flatMap((product) => product.ports ?? [])]);
  const secure = new Set([SECURE_INGRESS_PORT, ...plane.configuration.outside.flatMap((product) => product.securePorts ?? [])]);
  const listeners = [...new Set([...ports, ...secure])].map((port) => {
    const entry = ingressEntry(identity, port, nginxIdentity);
    const at = { host, port: localPort(port) };
    return { key: ingressKey(port), manner: secure.has(port) ? 'TLS' : 'plain', open: () => (secure.has(port) ? listenForSecureRequests(plane, entry, port, at) : listenForRequestsAndCalls(plane, entry, at)) };
  });
  const metrics = { key: INGRESS_METRICS_KEY, open: () => listenForPage(plane, () => metricsPage(identity, nginxIdentity), METRICS_PATH, { host, port: 0 }) };
  const entry = ingressEntry(identity, DEFAULT_INGRESS_PORT, nginxIdentity);
  const asPod = pod === undefined || plane.configuration.ingress.ports.length === 0 ? [] : [{ key: 'ingress Pod', open: () => listenForRequestsAndCalls(plane, entry, pod) }];
  return [...listeners, metrics, ...asPod];
}

function sidecarListeners(plane: DataPlane): WantedListener[] {
  return [...plane.configuration.podsByAddress].flatMap(([address, { metadata, spec }]) => {
    // Pods in the host's network have no address of their own, and no sidecar.
    if (spec?.hostNetwork === true) return [];
    const pod = podKey(metadata.namespace, metadata.name);
    const unknown = createProxyIdentity(unknownWorkload, metadata.namespace ?? 'default');
    const identity = (): ProxyIdentity => plane.sidecars.of(pod) ?? unknown;
    const key = `${pod} ${metadata.uid ?? ''} ${address}`;
    return [
      {
        key: `sidecar ${key}`,
        open: () => listenForRequests(plane, sidecarEntry(plane, identity), plane.addresses.toSocketAddress(address, SIDECAR_OUTBOUND_PORT)),
      },
      {
        key: `metrics ${key}`,
        open: () => listenForPage(plane, () => metricsPage(identity()), METRICS_PATH, plane.addresses.toSocketAddress(address, SIDECAR_METRICS_PORT)),
      },
    ];
  });
}

function serviceListeners(plane: DataPlane): WantedListener[] {
  return [...plane.configuration.services.values()].flatMap(({ host, namespace, address, ports }) => {
    if (address === '') return [];
    const caller = createProxyIdentity(unknownWorkload, namespace);
    return [...ports.keys()].map((port) => ({
      key: `service ${host} ${address}:${port}`,
      open: () => listenForService(plane, serviceEntry(caller, host, port), host, port, plane.addresses.toSocketAddress(address, port)),
    }));
  });
}
