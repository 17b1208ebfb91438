import type { HTTPIngressPath } from '../../../../kubernetes/generated/networking-v1.js';
import { ingressName, pathOf, pathTypeOf, type ReadIngress } from './ingresses.js';
import type { IngressSettings } from './annotations.js';
import { upstreamName, type Upstream, type Upstreams } from './upstreams.js';

/** The server for requests whose host no Ingress names. */
export const DEFAULT_SERVER = '_';

/** One path of a host. */
export interface Location {
  readonly path: string;
  readonly type: 'Exact' | 'Prefix';
  /** Name of the upstream; undefined: the default backend, which answers 404. */
  upstream: string | undefined;
  /** Not asked for by a path of an Ingress. */
  isDefault: boolean;
  /** Whose annotations count; undefined for the default server's own. */
  settings: IngressSettings | undefined;
  namespace: string;
  /** Why requests here are answered 503. */
  refusal: string | undefined;
}

export interface Server {
  readonly host: string;
  readonly locations: Location[];
}

export type Servers = Map<string, Server>;

/** A path that an Ingress asks for and that is not served, for its owner to read. */
export interface PathProblem {
  readonly ingress: ReadIngress['ingress'];
  readonly message: string;
}

/** Hosts and paths of all Ingresses that are no canaries. */
export function createServers(ingresses: readonly ReadIngress[], upstreams: Upstreams, problems: PathProblem[]): Servers {
  const servers: Servers = new Map([[DEFAULT_SERVER, { host: DEFAULT_SERVER, locations: [rootLocation(undefined, undefined, 'default')] }]]);
  const main = ingresses.filter(({ settings }) => settings.canary === undefined);
  for (const read of main) addHosts(read, servers, upstreams);
  for (const read of main) {
    for (const [index, { host, http }] of (read.ingress.spec.rules ?? []).entries()) {
      const server = servers.get(hostOf(host));
      for (const [position, path] of (http?.paths ?? []).entries()) {
        if (server) addPath(server, read, path, `spec.rules[${index}].http.paths[${position}]`, upstreams, problems);
      }
    }
  }
  return servers;
}

/** The server that a rule is about. */
export const hostOf = (host: string | undefined): string => (host === undefined || host === '' ? DEFAULT_SERVER : host.toLowerCase());

function rootLocation(upstream: string | undefined, settings: IngressSettings | undefined, namespace: string): Location {
  return { path: '/', type: 'Prefix', upstream, isDefault: true, settings, namespace, refusal: undefined };
}

function addHosts({ ingress, settings }: ReadIngress, servers: Servers, upstreams: Upstreams): void {
  const { defaultBackend, rules = [] } = ingress.spec;
  const namespace = ingress.metadata.namespace ?? 'default';
  const name = defaultBackend?.service && upstreamName(ingress, defaultBackend.service);
  const fallback = name !== undefined && upstreams.has(name) ? name : undefined;
  const root = servers.get(DEFAULT_SERVER)?.locations[0];
  const refusal = refusalOf({ ingress, settings }, defaultBackend?.resource === undefined ? undefined : 'spec.defaultBackend.resource');
  if (root && root.isDefault && defaultBackend && rules.length === 0) {
    // An Ingress with nothing but a default backend is for all hosts that no other one names.
    Object.assign(root, { isDefault: false, upstream: fallback, settings: { ...settings, rewriteTarget: '', sslRedirect: false, forceSslRedirect: false }, namespace, refusal });
  }
  for (const { host } of rules) {
    if (!servers.has(hostOf(host))) servers.set(hostOf(host), { host: hostOf(host), locations: [{ ...rootLocation(fallback, settings, namespace), ...(defaultBackend ? { refusal } : {}) }] });
  }
}

/** `Ingress default/web: …`; undefined when nothing is wrong. @param resource path of a backend that is no Service */
function refusalOf({ ingress, settings }: ReadIngress, resource: string | undefined): string | undefined {
  const problem = settings.problem ?? (resource === undefined ? undefined : `not implemented by the local gateway: ${resource}`);
  return problem === undefined ? undefined : `Ingress ${ingressName(ingress)}: ${problem}`;
}

function addPath(server: Server, read: ReadIngress, path: HTTPIngressPath, at: string, upstreams: Upstreams, problems: PathProblem[]): void {
  const { ingress, settings } = read;
  const { service, resource } = path.backend;
  const upstream = service && upstreams.get(upstreamName(ingress, service));
  if (resource) problems.push({ ingress, message: `not implemented by the local gateway: ${at}.backend.resource` });
  if (upstream?.isCanary === true) {
    const message = `${at}: Service ${service?.name ?? ''} is the backend of a canary Ingress that is older, so that no path can lead to it by itself`;
    problems.push({ ingress, message });
    return;
  }
  const wanted: Location = {
    path: pathOf(path),
    type: pathTypeOf(path),
    upstream: upstream?.name,
    isDefault: false,
    settings,
    namespace: ingress.metadata.namespace ?? 'default',
    refusal: refusalOf(read, resource ? `${at}.backend.resource` : undefined),
  };
  // The first location with this path decides; where it is of another type there may be both.
  const present = server.locations.find((each) => each.path === wanted.path);
  if (present?.type !== wanted.type) server.locations.push(wanted);
  else if (present.isDefault) Object.assign(present, wanted);
  else problems.push({ ingress, message: `${at}: ${wanted.path} of host ${server.host} is served for an older Ingress` });
  if (upstream) addAffinity(upstream, read, server.host, wanted.path);
}

function addAffinity(upstream: Upstream, { settings }: ReadIngress, host: string, path: string): void {
  const { affinity } = upstream;
  affinity.cookie ||= settings.affinity.cookie;
  if (affinity.mode === '') affinity.mode = settings.affinity.mode;
  if (!settings.affinity.cookie) return;
  affinity.settings = settings.affinity;
  const paths = affinity.locations.get(host) ?? new Set<string>();
  affinity.locations.set(host, paths.add(path));
}
