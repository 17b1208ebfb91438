import type { Service } from '../../../../kubernetes/generated/core-v1.js';
import type { Ingress, IngressServiceBackend } from '../../../../kubernetes/generated/networking-v1.js';
import { podKey, type ServiceEntry } from '../endpoints.js';
import { serviceHost } from '../hosts.js';
import type { AffinitySettings, CanaryPolicy } from './annotations.js';
import type { ReadIngress } from './ingresses.js';

/** Cookie affinity of an upstream, gathered from all Ingresses that send to it. */
export interface UpstreamAffinity {
  cookie: boolean;
  mode: AffinitySettings['mode'];
  /** Of the Ingress that was read last; undefined while none has cookies. */
  settings: AffinitySettings | undefined;
  /** The paths at which the cookie is set, by host. */
  locations: Map<string, Set<string>>;
}

/**
 * One port of a Service as ingress-nginx sends to it. All paths and hosts that name the same Service and port share it, with
 * its affinity and its canary: a canary for one path of it is a canary for all.
 */
export interface Upstream {
  /** `<namespace>-<service>-<port>` */
  readonly name: string;
  readonly host: string;
  /** Undefined when the Service has no such port. */
  readonly port: number | undefined;
  /** How many. */
  readonly endpoints: number;
  /** A canary's: no path leads to it by itself. */
  readonly isCanary: boolean;
  readonly policy: CanaryPolicy | undefined;
  affinity: UpstreamAffinity;
  /** Names of the canaries beside it; only the first counts. */
  readonly alternatives: string[];
}

export type Upstreams = Map<string, Upstream>;

export function upstreamName({ metadata }: Ingress, { name, port }: IngressServiceBackend): string {
  return `${metadata.namespace ?? 'default'}-${name}-${port?.name === undefined || port.name === '' ? (port?.number ?? 0) : port.name}`;
}

/** One for each Service and port that the Ingresses name. Whichever names one first decides whether it is a canary's. */
export function createUpstreams(ingresses: readonly ReadIngress[], services: readonly Service[], entries: ReadonlyMap<string, ServiceEntry>): Upstreams {
  const byName = new Map(services.map((service) => [podKey(service.metadata.namespace ?? 'default', service.metadata.name), service]));
  const upstreams: Upstreams = new Map();
  for (const { ingress, settings } of ingresses) {
    const create = (backend: IngressServiceBackend, anew: boolean): void => {
      const name = upstreamName(ingress, backend);
      if (!anew && upstreams.has(name)) return;
      const namespace = ingress.metadata.namespace ?? 'default';
      const host = serviceHost(backend.name, namespace);
      const port = portOf(byName.get(podKey(namespace, backend.name)), backend.port);
      upstreams.set(name, {
        name,
        host,
        port,
        endpoints: port === undefined ? 0 : (entries.get(host)?.ports.get(port)?.endpoints.length ?? 0),
        isCanary: settings.canary !== undefined,
        policy: settings.canary,
        affinity: { cookie: false, mode: '', settings: undefined, locations: new Map() },
        alternatives: [],
      });
    };
    // A default backend replaces what an older Ingress made of the same Service and port.
    if (ingress.spec.defaultBackend?.service) create(ingress.spec.defaultBackend.service, true);
    for (const { http } of ingress.spec.rules ?? []) for (const { backend } of http?.paths ?? []) if (backend.service) create(backend.service, false);
  }
  return upstreams;
}

/** By number, by the target port's number or name, or by name, as ingress-nginx looks. */
function portOf(service: Service | undefined, wanted: IngressServiceBackend['port']): number | undefined {
  const text = wanted?.name === undefined || wanted.name === '' ? String(wanted?.number ?? 0) : wanted.name;
  return service?.spec?.ports?.find(({ port, targetPort, name }) => String(port) === text || String(targetPort ?? port) === text || name === text)?.port;
}
