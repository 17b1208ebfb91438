import { isIPv4, isIPv6 } from 'node:net';
import type { FieldError } from '../../../../kubernetes/field-error.js';
import { duplicateField, invalidField, requiredField, tooManyField, unsupportedField } from '../../../../kubernetes/field-errors.js';
import type { Endpoints, EndpointSubset } from '../../../../kubernetes/generated/core-v1.js';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../../../kubernetes/generated/discovery-v1.js';
import { deepEqual } from '../../../../kubernetes/json.js';
import { dns1123LabelProblems, dns1123SubdomainProblems } from '../../../../kubernetes/names.js';
import { immutable, portNumber, problemsAt } from '../field-checks.js';
import { endpointIpProblems, ipProblems } from '../ip-addresses.js';
import { PROTOCOLS } from '../pods/container-validation.js';

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const MOST_ENDPOINTS = 1000;
const MOST_ADDRESSES = 100;

/** What is wrong with an EndpointSlice. */
export function endpointSliceProblems({ addressType, ports, endpoints }: EndpointSlice, before?: EndpointSlice): FieldError[] {
  const type: FieldError[] =
    addressType === '' ? [requiredField('addressType')] : ADDRESS_TYPES.includes(addressType) ? [] : [unsupportedField('addressType', addressType, ADDRESS_TYPES)];
  const unchanged = before !== undefined && deepEqual(endpoints, before.endpoints);
  return [...type, ...slicePortErrors(ports ?? []), ...(unchanged ? [] : endpointErrors(endpoints ?? [], addressType))];
}

/** What may not change in an EndpointSlice. */
export function endpointSliceUpdateProblems({ addressType }: EndpointSlice, before: EndpointSlice): FieldError[] {
  return immutable('addressType', addressType, before.addressType);
}

/** What is wrong with an Endpoints object. */
export function endpointsProblems({ subsets }: Endpoints): FieldError[] {
  return (subsets ?? []).flatMap((subset, index) => subsetErrors(subset, `subsets[${index}]`));
}

function slicePortErrors(ports: readonly EndpointPort[]): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap(({ name = '', protocol }, index) => {
    const at = `ports[${index}]`;
    const errors: FieldError[] = name === '' ? [] : problemsAt(`${at}.name`, name, dns1123LabelProblems(name));
    if (names.has(name)) errors.push(duplicateField(`${at}.name`, name));
    names.add(name);
    if (protocol === undefined) errors.push(requiredField(`${at}.protocol`));
    else if (!PROTOCOLS.includes(protocol)) errors.push(unsupportedField(`${at}.protocol`, protocol, PROTOCOLS));
    return errors;
  });
}

function endpointErrors(endpoints: readonly Endpoint[], type: string): FieldError[] {
  if (endpoints.length > MOST_ENDPOINTS) return [tooManyField('endpoints', endpoints.length, MOST_ENDPOINTS)];
  return endpoints.flatMap(({ addresses, nodeName, hostname }, index) => {
    const at = `endpoints[${index}]`;
    const list = addresses ?? [];
    const errors: FieldError[] = [];
    if (list.length === 0) errors.push(requiredField(`${at}.addresses`, 'must contain at least 1 address'));
    if (list.length > MOST_ADDRESSES) errors.push(tooManyField(`${at}.addresses`, list.length, MOST_ADDRESSES));
    for (const [position, address] of list.entries()) errors.push(...addressErrors(address, type, `${at}.addresses`, position));
    if (nodeName !== undefined) errors.push(...problemsAt(`${at}.nodeName`, nodeName, dns1123SubdomainProblems(nodeName)));
    if (hostname !== undefined) errors.push(...problemsAt(`${at}.hostname`, hostname, dns1123LabelProblems(hostname)));
    return errors;
  });
}

function addressErrors(address: string, type: string, field: string, index: number): FieldError[] {
  const at = `${field}[${index}]`;
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const problems = ipProblems(address);
  if (problems.length > 0) return problemsAt(at, address, problems);
  const fits = type === 'IPv4' ? isIPv4(address) : isIPv6(address);
  return [...(fits ? [] : [invalidField(field, address, `must be an ${type} address`)]), ...problemsAt(at, address, endpointIpProblems(address))];
}

function subsetErrors({ addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset, at: string): FieldError[] {
  if (addresses.length + notReadyAddresses.length === 0) return [requiredField(at, 'must specify `addresses` or `notReadyAddresses`')];
  return [
    ...addresses.flatMap(({ ip }, index) => problemsAt(`${at}.addresses[${index}].ip`, ip, endpointIpProblems(ip))),
    ...notReadyAddresses.flatMap(({ ip }, index) => problemsAt(`${at}.notReadyAddresses[${index}].ip`, ip, endpointIpProblems(ip))),
    ...ports.flatMap(({ port, name = '' }, index) => [
      ...(name === '' && ports.length > 1 ? [requiredField(`${at}.ports[${index}].name`)] : []),
      ...portNumber(`${at}.ports[${index}].port`, port),
    ]),
  ];
}
