import type { Configuration } from '../configuration/configuration.js';
import { normalizedPath } from '../configuration/envoy-paths.js';
import { hostOf, portOf } from '../configuration/hosts.js';
import type { ProxyIdentity } from '../telemetry/proxies.js';
import type { DataPlane } from './data-plane.js';
import type { Entry, Resolution } from './entry.js';
import { localReplies, refused, unknownHost } from './local-replies.js';

/** A port of the ingress gateway. @param port as the Gateway's server names it */
export function ingressEntry(identity: ProxyIdentity, port: number, nginxIdentity: ProxyIdentity): Entry {
  return {
    edge: true,
    identity: () => identity,
    resolve: ({ authority }, { outside }) => {
      const host = hostOf(authority);
      for (const product of outside) {
        const table = product.table(port, host);
        if (table) return { kind: 'routes', table, port, host, ...(product.normalizePath ? { normalizePath: product.normalizePath } : {}), ...(table.manner === 'nginx' ? { identity: nginxIdentity } : {}) };
      }
      return { kind: 'reply', reply: localReplies.noRoute };
    },
  };
}

/** The proxy that a Pod sends its requests to. @param pod `namespace/name` */
export function sidecarEntry(plane: DataPlane, identity: () => ProxyIdentity): Entry {
  return {
    edge: false,
    identity,
    resolve: ({ authority }, configuration) => resolveName(plane, configuration, authority, identity().namespace),
  };
}

/** A port of a Service's own address; the sender is not known there. */
export function serviceEntry(identity: ProxyIdentity, host: string, port: number): Entry {
  return {
    edge: false,
    identity: () => identity,
    resolve: (_, { mesh }) => {
      const table = mesh.table(host, port, identity.namespace);
      return table ? { kind: 'routes', table, port, host, normalizePath: normalizedPath } : { kind: 'reply', reply: localReplies.noCluster };
    },
  };
}

/** What a name or address means to a Pod in `namespace`. */
function resolveName(plane: DataPlane, configuration: Configuration, authority: string, namespace: string): Resolution {
  const name = hostOf(authority);
  const port = portOf(authority, 80);
  const byAddress = configuration.servicesByAddress.get(name);
  const host = byAddress?.host ?? configuration.mesh.resolve(name, namespace);
  if (host !== undefined) {
    const table = configuration.mesh.table(host, port, namespace);
    if (table) return { kind: 'routes', table, port, host, normalizePath: normalizedPath };
    const ports = [...(configuration.services.get(host)?.ports.keys() ?? [])].join(', ');
    return { kind: 'reply', reply: refused(`Service ${host} has no port ${port}, but ${ports === '' ? 'none' : ports}`) };
  }
  if (configuration.podsByAddress.has(name)) return { kind: 'cluster', cluster: plane.passThrough(name, port) };
  return { kind: 'reply', reply: unknownHost(name) };
}
