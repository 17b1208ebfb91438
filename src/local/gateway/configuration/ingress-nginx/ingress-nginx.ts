import type { SecureContext } from 'node:tls';
import type { Secret, Service } from '../../../../kubernetes/generated/core-v1.js';
import type { Ingress, IngressClass } from '../../../../kubernetes/generated/networking-v1.js';
import type { ServiceEntry } from '../endpoints.js';
import type { OutsideRoutes, RouteTable } from '../route-tables.js';
import { mergeCanaries } from './canaries.js';
import { findCertificates, KeyPairs, type HostCertificates } from './certificates.js';
import { IngressReader, type ReadIngress } from './ingresses.js';
import { compileServer } from './routes.js';
import { createServers, DEFAULT_SERVER, type PathProblem, type Servers } from './servers.js';
import { createUpstreams, type Upstreams } from './upstreams.js';

/** What Ingresses ask of the cluster, as it stands at one moment. */
export interface IngressNginxObjects {
  readonly ingresses: readonly Ingress[];
  readonly ingressClasses: readonly IngressClass[];
  readonly secrets: readonly Secret[];
}

const NO_OBJECTS: IngressNginxObjects = { ingresses: [], ingressClasses: [], secrets: [] };

/** Compiles Ingresses; remembers what it has read. */
export class IngressNginxCompiler {
  readonly #reader = new IngressReader();
  readonly #keyPairs = new KeyPairs();

  compile(objects: IngressNginxObjects | undefined, services: readonly Service[], entries: ReadonlyMap<string, ServiceEntry>): IngressNginxRoutes {
    const { ingresses, ingressClasses, secrets } = objects ?? NO_OBJECTS;
    return new IngressNginxRoutes(this.#reader.read(ingresses, ingressClasses), secrets, services, entries, this.#keyPairs);
  }
}

/** The routes that ingress-nginx makes of Ingresses, at its ports 80 and 443. */
export class IngressNginxRoutes implements OutsideRoutes {
  readonly securePorts = [443];
  /** The Ingresses of the class that are served, in full or in part, and those that are refused as a whole. */
  readonly served: readonly Ingress[];
  readonly refused: readonly Ingress[];
  /** What is not served, object by object. */
  readonly problems: readonly PathProblem[];
  readonly #upstreams: Upstreams;
  readonly #servers: Servers;
  readonly #certificates: HostCertificates;
  readonly #tables = new Map<string, RouteTable>();

  constructor(read: readonly ReadIngress[], secrets: readonly Secret[], services: readonly Service[], entries: ReadonlyMap<string, ServiceEntry>, keyPairs: KeyPairs) {
    const problems: PathProblem[] = read.flatMap(({ ingress, settings }) => (settings.problem === undefined ? [] : [{ ingress, message: settings.problem }]));
    this.#upstreams = createUpstreams(read, services, entries);
    this.#servers = createServers(read, this.#upstreams, problems);
    mergeCanaries(read, this.#upstreams, this.#servers, problems);
    this.#certificates = findCertificates(read, secrets, keyPairs, problems);
    this.problems = problems;
    this.served = read.filter(({ settings }) => settings.problem === undefined).map(({ ingress }) => ingress);
    this.refused = read.filter(({ settings }) => settings.problem !== undefined).map(({ ingress }) => ingress);
  }

  /** The default server answers for hosts that no Ingress names, once there is an Ingress at all. */
  table(port: number, host: string): RouteTable | undefined {
    if (this.served.length + this.refused.length === 0 || (port !== 80 && port !== 443)) return undefined;
    const name = host.replace(/\.$/, '');
    const server = this.#servers.get(name) ?? this.#servers.get(wildcardOf(name)) ?? this.#servers.get(DEFAULT_SERVER);
    if (server === undefined) return undefined;
    const certified = this.#certificates.has(name) || this.#certificates.has(wildcardOf(name));
    const key = `${port} ${server.host} ${certified}`;
    let table = this.#tables.get(key);
    if (table === undefined) {
      const routes = compileServer(server, this.#upstreams, port === 443 ? 'https' : 'http', certified);
      this.#tables.set(key, (table = { routes, refusal: undefined, manner: 'nginx' }));
    }
    return table;
  }

  certificate(port: number, serverName: string): SecureContext | undefined {
    if (port !== 443) return undefined;
    const name = serverName.toLowerCase().replace(/\.$/, '');
    // A host that has the fake certificate has it, whatever its wildcard has.
    return (this.#certificates.has(name) ? this.#certificates.get(name) : this.#certificates.get(wildcardOf(name)))?.context;
  }
}

/** A wildcard host stands for one label. */
const wildcardOf = (host: string): string => host.replace(/^[^.]+/, '*');
