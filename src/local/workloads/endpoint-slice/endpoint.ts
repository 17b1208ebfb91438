import type { Pod, Service, ServicePort } from '../../../kubernetes/generated/core-v1.js';
import type { Endpoint, EndpointPort } from '../../../kubernetes/generated/discovery-v1.js';
import { isPodFinished, isPodReady } from '../pods/pod-state.js';

export type AddressType = 'IPv4' | 'IPv6';

/** The address families of the Service; IPv4 where it does not say. */
export function addressTypesOf(service: Service): AddressType[] {
  const families = (service.spec?.ipFamilies ?? []).filter((family): family is AddressType => family === 'IPv4' || family === 'IPv6');
  return families.length > 0 ? families : ['IPv4'];
}

/** The endpoint that the Pod is for the Service; undefined for a Pod that is finished or has no address yet. */
export function endpointOf(service: Service, pod: Pod, type: AddressType): Endpoint | undefined {
  const addresses = (pod.status?.podIPs?.map(({ ip }) => ip) ?? [pod.status?.podIP ?? '']).filter(
    (ip) => ip !== '' && ip.includes(':') === (type === 'IPv6'),
  );
  if (isPodFinished(pod) || addresses.length === 0) return undefined;
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const { nodeName, hostname, subdomain } = pod.spec;
  return {
    addresses,
    conditions: { ready: service.spec?.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...(hostname && subdomain === service.metadata.name && { hostname }),
    ...(nodeName && { nodeName }),
    targetRef: {
      kind: 'Pod',
      name: pod.metadata.name,
      ...(pod.metadata.namespace !== undefined && { namespace: pod.metadata.namespace }),
      ...(pod.metadata.uid !== undefined && { uid: pod.metadata.uid }),
    },
  };
}

/** The Service's ports as this Pod has them; a named target port that the Pod does not have is left out. */
export function endpointPortsOf(service: Service, pod: Pod): EndpointPort[] {
  return (service.spec?.ports ?? []).flatMap((servicePort) => {
    const port = targetPortOf(servicePort, pod);
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return port === undefined ? [] : [{ name, port, protocol, ...(appProtocol !== undefined && { appProtocol }) }];
  });
}

function targetPortOf({ port, protocol = 'TCP', targetPort = port }: ServicePort, pod: Pod): number | undefined {
  if (typeof targetPort === 'number') return targetPort === 0 ? port : targetPort;
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...pod.spec.containers, ...sidecars]
    .flatMap(({ ports = [] }) => ports)
    .find((each) => each.name === targetPort && (each.protocol ?? 'TCP') === protocol)?.containerPort;
}
