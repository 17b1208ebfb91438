import type { Service } from '../../../kubernetes/generated/core-v1.js';
import type { AddressMap } from '../../addresses/address-map.js';

/** Where the API server is; told to every Pod, as the kubelet does. */
const API_SERVER = { namespace: 'default', name: 'kubernetes' };

/** The Services that a Pod is told of: those of its namespace unless it wants none, and the API server's always. */
export function toldServices(servicesOf: (namespace: string) => readonly Service[], namespace: string, enableServiceLinks = true): Service[] {
  const own = enableServiceLinks ? servicesOf(namespace) : [];
  const always = servicesOf(API_SERVER.namespace).filter(({ metadata }) => metadata.name === API_SERVER.name && !own.some((each) => each.metadata.name === metadata.name));
  return [...own, ...always];
}

const variableName = (name: string): string => name.replaceAll('-', '_').toUpperCase();

/**
 * The variables by which a container finds the Services of its namespace, such as `REVIEWS_SERVICE_HOST`, with the
 * addresses at which they are really reached.
 */
export function serviceVariables(services: readonly Service[], addresses: AddressMap): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { metadata, spec } of services) {
    const { clusterIP = '', ports = [] } = spec;
    const [first] = ports;
    if (clusterIP === '' || clusterIP === 'None' || first === undefined) continue;
    const name = variableName(metadata.name);
    const main = addresses.toSocketAddress(clusterIP, first.port);
    variables[`${name}_SERVICE_HOST`] = main.host;
    variables[`${name}_SERVICE_PORT`] = String(main.port);
    variables[`${name}_PORT`] = `${protocolOf(first)}://${main.host}:${main.port}`;
    for (const port of ports) {
      const { host, port: number } = addresses.toSocketAddress(clusterIP, port.port);
      const prefix = `${name}_PORT_${port.port}_${protocolOf(port).toUpperCase()}`;
      if (port.name !== undefined && port.name !== '') variables[`${name}_SERVICE_PORT_${variableName(port.name)}`] = String(number);
      variables[prefix] = `${protocolOf(port)}://${host}:${number}`;
      variables[`${prefix}_PROTO`] = protocolOf(port);
      variables[`${prefix}_PORT`] = String(number);
      variables[`${prefix}_ADDR`] = host;
    }
  }
  return variables;
}

const protocolOf = ({ protocol }: { protocol?: string }): string => (protocol ?? 'TCP').toLowerCase();
