import { balancingOf, findRule, type Balancing, type RuleIndex } from './destination-rules.js';
import type { Endpoint, ServiceEntry } from './endpoints.js';
import type { DestinationName } from './http-routes.js';

/** What a route sends to once it is resolved: the endpoints of a Service's port, or of a subset of them. */
export interface Cluster {
  readonly key: string;
  readonly host: string;
  /** Undefined when the host is no Service. */
  readonly service: ServiceEntry | undefined;
  /** False when there is no such Service, port or subset: Envoy would not know the cluster. */
  readonly exists: boolean;
  /** Why all requests to it are refused; undefined when they are not. */
  readonly refusal: string | undefined;
  readonly endpoints: readonly Endpoint[];
  readonly balancing: Balancing;
  /** Where round robin stands; kept by the data path. */
  turn: number;
}

/** Resolves destinations; each once. */
export class Clusters {
  readonly #services: ReadonlyMap<string, ServiceEntry>;
  readonly #rules: RuleIndex;
  readonly #resolved = new Map<string, Cluster>();
  /** A route is compiled for one port and one caller's namespace, so its destinations can be known by themselves. */
  readonly #byName = new WeakMap<DestinationName, Cluster>();

  constructor(services: ReadonlyMap<string, ServiceEntry>, rules: RuleIndex) {
    this.#services = services;
    this.#rules = rules;
  }

  /** @param listenerPort stands in where the destination names no port and the Service has several */
  resolve(name: DestinationName, listenerPort: number, callerNamespace: string): Cluster {
    const known = this.#byName.get(name);
    if (known) return known;
    const { host, port, subset, balancing } = name;
    const key = `${host}|${port ?? ''}|${subset ?? ''}|${listenerPort}|${callerNamespace}|${balancing?.key ?? ''}`;
    let cluster = this.#resolved.get(key);
    if (cluster === undefined) {
      cluster = this.#build(key, name, listenerPort, callerNamespace);
      this.#resolved.set(key, cluster);
    }
    this.#byName.set(name, cluster);
    return cluster;
  }

  #build(key: string, { host, port, subset: subsetName, balancing: own }: DestinationName, listenerPort: number, callerNamespace: string): Cluster {
    const service = this.#services.get(host);
    const onlyPort = service?.ports.size === 1 ? [...service.ports.keys()][0] : undefined;
    const number = port ?? onlyPort ?? listenerPort;
    const servicePort = service?.ports.get(number);
    const rule = own ? undefined : findRule(this.#rules, host, callerNamespace, service?.namespace);
    const subset = subsetName === undefined ? undefined : rule?.subsets.get(subsetName);
    const wanted = Object.entries(subset?.labels ?? {});
    const endpoints = (servicePort?.endpoints ?? []).filter(({ labels }) => wanted.every(([name, value]) => labels[name] === value));
    const exists = servicePort !== undefined && (subsetName === undefined || subset !== undefined);
    return {
      key,
      host,
      service,
      exists,
      refusal: rule?.refusal,
      endpoints: exists ? endpoints.map(({ endpoint }) => endpoint) : [],
      balancing: own ? own.balancing : balancingOf(rule, subset, number),
      turn: 0,
    };
  }
}
