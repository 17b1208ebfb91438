import type { SecureContext } from 'node:tls';
import { HostIndex, hostMatches } from '../hosts.js';
import type { RouteTable } from '../route-tables.js';
import { ANY_HOST, compareSpecificity } from './hostnames.js';
import type { Listener } from './listeners.js';
import { comparePrecedence, type RankedRoute } from './precedence.js';

/** The rules of one route for one port; compiled when a request first asks for its host. */
export type LazyRules = () => readonly RankedRoute[];

/** All routes behind listeners of one hostname on one port. */
interface ListenerRoutes {
  readonly hosts: Map<string, Set<LazyRules>>;
  readonly tables: Map<string, RouteTable>;
  certificate: SecureContext | undefined;
}

/** Routes by port, then by the hostname of the listener, then by host. Gateways share their ports here: they have one address. */
export class ListenerTables {
  readonly #ports = new Map<number, HostIndex<ListenerRoutes>>();
  readonly #secure = new Set<number>();

  get ports(): number[] {
    return [...this.#ports.keys()].filter((port) => !this.#secure.has(port));
  }

  /** Those at which TLS is ended. */
  get securePorts(): number[] {
    return [...this.#secure];
  }

  /** Opens a listener; of several with one hostname the first one's certificate counts. */
  open({ spec, certificate }: Listener): void {
    this.#routesOf(spec.port, spec.hostname).certificate ??= certificate;
    if (certificate) this.#secure.add(spec.port);
  }

  add({ spec }: Listener, host: string, rules: LazyRules): void {
    const { hosts } = this.#routesOf(spec.port, spec.hostname);
    const known = hosts.get(host) ?? new Set();
    hosts.set(host, known);
    // Several Gateways may bring one route to the same port and host.
    known.add(rules);
  }

  /**
   * The routes of the listener whose hostname fits best; no other listener is asked. Those of the most telling hosts come first.
   * @returns undefined when no route is for that host
   */
  find(port: number, host: string): RouteTable | undefined {
    const routes = this.#ports.get(port)?.find(host);
    if (routes === undefined) return undefined;
    const patterns = [...routes.hosts.keys()].filter((pattern) => hostMatches(pattern, host)).sort(compareSpecificity);
    if (patterns.length === 0) return undefined;
    // By the patterns and not by the host: clients can make up hosts without end.
    const key = patterns.join(' ');
    let table = routes.tables.get(key);
    if (table === undefined) {
      const sorted = patterns.flatMap((pattern) => [...(routes.hosts.get(pattern) ?? [])].flatMap((rules) => rules()).sort(comparePrecedence));
      table = { routes: sorted.map(({ compiled }) => compiled), refusal: undefined };
      routes.tables.set(key, table);
    }
    return table;
  }

  /** What to serve TLS with to a client that names `host`; undefined when no listener is for it. */
  certificate(port: number, host: string): SecureContext | undefined {
    return this.#ports.get(port)?.find(host)?.certificate;
  }

  #routesOf(port: number, hostname: string | undefined): ListenerRoutes {
    const listeners = this.#ports.get(port) ?? new HostIndex<ListenerRoutes>();
    this.#ports.set(port, listeners);
    const pattern = hostname === undefined || hostname === '' ? ANY_HOST : hostname.toLowerCase();
    const known = listeners.at(pattern);
    if (known) return known;
    const fresh: ListenerRoutes = { hosts: new Map(), tables: new Map(), certificate: undefined };
    listeners.set(pattern, fresh);
    return fresh;
  }
}
