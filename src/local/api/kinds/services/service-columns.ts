import type { Service, ServicePort } from '../../../../kubernetes/generated/core-v1.js';
import { column, labelText, NONE, wideColumn } from '../columns.js';
import type { TableColumn } from '../kind.js';

const WIDEST = 16;

export const serviceColumns: readonly TableColumn[] = [
  column<Service>('Type', 'How the service is exposed.', ({ spec }) => spec?.type ?? ''),
  column<Service>('Cluster-IP', 'Address inside the cluster.', ({ spec }) => spec?.clusterIPs?.[0] ?? NONE),
  column<Service>('External-IP', 'Addresses outside the cluster.', externalAddress),
  column<Service>('Port(s)', 'Ports, with those on the nodes.', ({ spec }) => (spec?.ports ?? []).map(portText).join(',') || NONE),
];

export const serviceWideColumns: readonly TableColumn[] = [
  wideColumn<Service>('Selector', 'Labels of the Pods behind it.', ({ spec }) => labelText(spec?.selector)),
];

function externalAddress({ spec, status }: Service): string {
  const own = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return own.join(',') || NONE;
    case 'LoadBalancer': {
      const given = balancerAddresses(status?.loadBalancer?.ingress ?? []);
      return [...(given === '' ? [] : [given]), ...own].join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

/** Addresses of a load balancer, cut to what fits a column. */
export function balancerAddresses(ingress: readonly { ip?: string; hostname?: string }[]): string {
  const addresses = ingress.flatMap(({ ip, hostname }) => (ip ? [ip] : hostname ? [hostname] : []));
  const text = [...new Set(addresses)].sort().join(',');
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 3)}...` : text;
}

function portText({ port, nodePort, protocol }: ServicePort): string {
  return nodePort === undefined ? `${port}/${protocol ?? ''}` : `${port}:${nodePort}/${protocol ?? ''}`;
}
