import { timestamp } from '../../kubernetes/conditions.js';
import type { Namespace, Pod, PodStatus, Service } from '../../kubernetes/generated/core-v1.js';
import type { ObjectName } from '../../kubernetes/objects.js';
import { ingressWorkload } from './configuration/workload.js';

/** As which Pod of which node requests from outside are taken in. */
export interface IngressPlace {
  readonly nodeName: string;
  /** The node's own address, as objects hold it. */
  readonly address: string;
}

/** Where the Pod listens, as Istio's gateway does. */
export const INGRESS_POD_PORT = 8080;
/** A Pod that carries this was not asked for through the API: no node starts it, and whoever stands behind it keeps the object. */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror';

const { name, namespace } = ingressWorkload;
const labels = { istio: 'ingressgateway', app: name };

export const ingressService: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace, labels },
  spec: { type: 'ClusterIP', selector: labels, ports: [{ name: 'http2', port: 80, targetPort: INGRESS_POD_PORT, protocol: 'TCP' }] },
};

export const ingressNamespace: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace }, spec: {} };

/** What the Pod is called: as one that its node runs by itself. */
export const ingressPodName = ({ nodeName }: IngressPlace): Required<ObjectName> => ({ name: `${name}-${nodeName}`, namespace });

/** The gateway as a Pod of the node that it stands beside, for who looks for it by its labels. */
export function ingressPod(place: IngressPlace): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...ingressPodName(place), labels, annotations: { [MIRROR_ANNOTATION]: 'local-gateway', 'kubernetes.io/config.source': 'file' } },
    spec: {
      nodeName: place.nodeName,
      hostNetwork: true,
      containers: [{ name: 'istio-proxy', image: 'local-gateway', ports: [{ name: 'http2', containerPort: INGRESS_POD_PORT, protocol: 'TCP' }] }],
      tolerations: [{ operator: 'Exists' }],
    },
  };
}

/** @param since when the gateway started, milliseconds since the epoch */
export function ingressPodStatus({ address }: IngressPlace, since: number): PodStatus {
  const startedAt = timestamp(since);
  const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({ type, status: 'True', lastTransitionTime: startedAt }));
  return {
    phase: 'Running',
    hostIP: address,
    hostIPs: [{ ip: address }],
    podIP: address,
    podIPs: [{ ip: address }],
    startTime: startedAt,
    conditions,
    containerStatuses: [{ name: 'istio-proxy', image: 'local-gateway', imageID: '', ready: true, started: true, restartCount: 0, state: { running: { startedAt } } }],
  };
}
