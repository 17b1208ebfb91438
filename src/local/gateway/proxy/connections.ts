import { Pool } from 'undici';
import type { AddressMap } from '../../addresses/address-map.js';
import type { Endpoint } from '../configuration/endpoints.js';

/** Milliseconds; Istio's default for `connectTimeout`. */
const CONNECT_TIMEOUT = 10_000;
/** Milliseconds an idle connection is kept when the endpoint does not say how long it keeps it. */
const IDLE_TIMEOUT = 4_000;

/** Connections to endpoints, as many to each as there are requests under way. */
export class Connections {
  readonly #addresses: AddressMap;
  readonly #pools = new Map<Endpoint, Pool>();
  readonly #closing = new Set<Promise<void>>();

  constructor(addresses: AddressMap) {
    this.#addresses = addresses;
  }

  to(endpoint: Endpoint): Pool {
    let pool = this.#pools.get(endpoint);
    if (pool === undefined) {
      const { host, port } = this.#addresses.toSocketAddress(endpoint.address, endpoint.port);
      // Routes have their own timeouts; where they name none there is none, as in Istio.
      pool = new Pool(`http://${host.includes(':') ? `[${host}]` : host}:${port}`, {
        connections: null,
        pipelining: 1,
        headersTimeout: 0,
        bodyTimeout: 0,
        keepAliveTimeout: IDLE_TIMEOUT,
        keepAliveMaxTimeout: 60_000,
        connect: { timeout: CONNECT_TIMEOUT },
      });
      this.#pools.set(endpoint, pool);
    }
    return pool;
  }

  /** Retires every endpoint that is not `used`. */
  keepOnly(used: (endpoint: Endpoint) => boolean): void {
    for (const endpoint of this.#pools.keys()) if (!used(endpoint)) this.retire(endpoint);
  }

  /** Lets requests under way end, then closes their connections. A later request would open new ones. */
  retire(endpoint: Endpoint): void {
    const pool = this.#pools.get(endpoint);
    if (pool === undefined) return;
    this.#pools.delete(endpoint);
    const closed = pool.close().catch(() => undefined);
    this.#closing.add(closed);
    void closed.then(() => this.#closing.delete(closed));
  }

  /** Ends all at once, requests under way too. */
  async destroy(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
    this.#pools.clear();
  }
}
