import { CLUSTER_DOMAIN, serviceHost } from '../hosts.js';
import type { Mirror } from '../http-routes.js';
import type { RoutedRequest } from '../request.js';

const TARGET = /^http:\/\/([a-z0-9.-]+)(?::(\d+))?(\/[-._~a-zA-Z0-9/]*)?(\$request_uri)?$/;

/** Mirrors go to Services only, as the local gateway passes nothing on to the outside. */
export const mirrorTarget = (value: string): string | undefined =>
  TARGET.test(value) ? undefined : 'must be http://<service>[:port][/path][$request_uri], other targets are not implemented';

/** @param namespace of the Ingress. @param hostHeader of the copy; the target's when empty. @returns undefined where the target is none */
export function compileMirror(target: string, hostHeader: string, body: boolean, namespace: string): Mirror | undefined {
  const found = TARGET.exec(target);
  if (found === null) return undefined;
  const [, name = '', port, path = '', requestUri] = found;
  const authority = hostHeader === '' ? name + (port === undefined ? '' : `:${port}`) : hostHeader;
  return {
    destination: { host: fullHost(name, namespace), port: port === undefined ? 80 : Number(port), subset: undefined, balancing: { key: 'mirror', balancing: { kind: 'round-robin' } } },
    fraction: 1,
    body,
    target: (request) => ({ path: requestUri === undefined ? (path === '' ? '/' : path) : path + uriOf(request), authority }),
  };
}

const uriOf = ({ path, query }: RoutedRequest): string => (query === undefined ? path : `${path}?${query}`);

function fullHost(name: string, namespace: string): string {
  const [service = '', ownNamespace = namespace] = name.replace(new RegExp(`\\.svc(\\.${CLUSTER_DOMAIN.replaceAll('.', '\\.')})?$`), '').split('.');
  return serviceHost(service, ownNamespace);
}
