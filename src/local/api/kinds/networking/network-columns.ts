import type { Lease } from '../../../../kubernetes/generated/coordination-v1.js';
import type { Endpoints } from '../../../../kubernetes/generated/core-v1.js';
import type { EndpointSlice } from '../../../../kubernetes/generated/discovery-v1.js';
import type { Ingress, IngressClass } from '../../../../kubernetes/generated/networking-v1.js';
import { column, firstFew, NONE } from '../columns.js';
import type { TableColumn } from '../kind.js';
import { balancerAddresses } from '../services/service-columns.js';

const UNSET = '<unset>';

export const endpointsColumns: readonly TableColumn[] = [
  column<Endpoints>('Endpoints', 'Addresses with their ports.', ({ subsets }) => {
    const all = (subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
      ports.length === 0 ? addresses.map(({ ip }) => ip) : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
    );
    return firstFew(all, 3, (subsets ?? []).length === 0 ? NONE : '');
  }),
];

export const endpointSliceColumns: readonly TableColumn[] = [
  column<EndpointSlice>('AddressType', 'What sort of addresses these are.', ({ addressType }) => addressType),
  column<EndpointSlice>('Ports', 'Ports of every endpoint.', ({ ports }) => firstFew((ports ?? []).map(({ port, name }) => String(port ?? name ?? '*')), 3, UNSET)),
  column<EndpointSlice>('Endpoints', 'Addresses of the endpoints.', ({ endpoints }) => firstFew((endpoints ?? []).flatMap(({ addresses }) => addresses), 3, UNSET)),
];

export const ingressColumns: readonly TableColumn[] = [
  column<Ingress>('Class', 'Who is to serve it.', ({ spec }) => spec?.ingressClassName ?? NONE),
  column<Ingress>('Hosts', 'Hosts it answers for.', ({ spec }) => {
    const rules = spec?.rules ?? [];
    const hosts = rules.flatMap(({ host }) => (host ? [host] : []));
    const shown = hosts.slice(0, 3).join(',');
    return hosts.length === 0 ? '*' : hosts.length >= 3 && rules.length > 3 ? `${shown} + ${rules.length - 3} more...` : shown;
  }),
  column<Ingress>('Address', 'Address of the load balancer.', ({ status }) => balancerAddresses(status?.loadBalancer?.ingress ?? [])),
  column<Ingress>('Ports', 'Ports of TLS configurations that open', ({ spec }) => ((spec?.tls ?? []).length > 0 ? '80, 443' : '80')),
];

export const ingressClassColumns: readonly TableColumn[] = [
  column<IngressClass>('Controller', 'Controller that is responsible for handling this class', ({ spec }) => spec?.controller ?? ''),
  column<IngressClass>('Parameters', 'A reference to a resource with additional parameters', ({ spec }) => {
    const parameters = spec?.parameters;
    if (parameters === undefined) return NONE;
    return `${parameters.kind}${parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`}/${parameters.name}`;
  }),
];

export const leaseColumns: readonly TableColumn[] = [column<Lease>('Holder', 'Who holds it.', ({ spec }) => spec?.holderIdentity ?? '')];
