import { connect, type ClientHttp2Session } from 'node:http2';
import type { AddressMap } from '../../addresses/address-map.js';
import type { Endpoint } from '../configuration/endpoints.js';

/** Milliseconds; Istio's default for `connectTimeout`. */
const CONNECT_TIMEOUT = 10_000;

/** Connections of HTTP/2 without TLS to endpoints: one to each, for all calls. */
export class GrpcConnections {
  readonly #addresses: AddressMap;
  readonly #sessions = new Map<Endpoint, Promise<ClientHttp2Session>>();
  readonly #open = new Set<ClientHttp2Session>();

  constructor(addresses: AddressMap) {
    this.#addresses = addresses;
  }

  /** @throws Error when no connection comes about */
  to(endpoint: Endpoint): Promise<ClientHttp2Session> {
    const known = this.#sessions.get(endpoint);
    if (known) return known;
    const { host, port } = this.#addresses.toSocketAddress(endpoint.address, endpoint.port);
    const session = connect(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
    this.#open.add(session);
    const opened = new Promise<ClientHttp2Session>((resolve, reject) => {
      session.setTimeout(CONNECT_TIMEOUT, () => session.destroy(new Error('timed out')));
      session.once('connect', () => {
        session.setTimeout(0);
        resolve(session);
      });
      session.on('error', reject);
      session.once('close', () => reject(new Error('closed')));
    });
    this.#sessions.set(endpoint, opened);
    const forget = (): void => {
      if (this.#sessions.get(endpoint) === opened) this.#sessions.delete(endpoint);
    };
    session.once('goaway', forget);
    session.once('close', () => {
      this.#open.delete(session);
      forget();
    });
    opened.catch(forget);
    return opened;
  }

  /** Lets calls to endpoints that are not `used` end, then closes their connections. */
  keepOnly(used: (endpoint: Endpoint) => boolean): void {
    for (const [endpoint, opened] of this.#sessions) {
      if (used(endpoint)) continue;
      this.#sessions.delete(endpoint);
      opened.then((session) => session.close()).catch(() => undefined);
    }
  }

  /** Ends all at once, calls under way too. */
  async destroy(): Promise<void> {
    const closed = [...this.#open].map((session) => new Promise<void>((resolve) => (session.closed && session.destroyed ? resolve() : session.once('close', resolve))));
    for (const session of this.#open) session.destroy();
    await Promise.all(closed);
  }
}
