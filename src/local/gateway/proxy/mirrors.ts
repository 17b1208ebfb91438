import type { Dispatcher } from 'undici';
import type { Cluster } from '../configuration/clusters.js';
import type { Endpoint } from '../configuration/endpoints.js';
import type { DestinationName, Mirror } from '../configuration/http-routes.js';
import { unknownWorkload } from '../configuration/workload.js';
import type { ProxyIdentity } from '../telemetry/proxies.js';
import { pickEndpoint } from './balancers.js';
import type { DataPlane } from './data-plane.js';
import type { IncomingRequest } from './incoming-request.js';
import type { RequestBody } from './request-body.js';

/** The request that is mirrored, as it is sent to its real destination. */
export interface Mirrored {
  readonly request: IncomingRequest;
  readonly identity: ProxyIdentity;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly clusterOf: (name: DestinationName) => Cluster;
}

/** How long a copy may take where its route sets no limit, in milliseconds; as nginx gives an upstream. */
const LONGEST = 60_000;

/** Sends copies; nobody waits for them, and what becomes of them changes nothing. @param timeout of the route, in milliseconds; 0 for none */
export function sendMirrors(plane: DataPlane, mirrors: readonly Mirror[], mirrored: Mirrored, body: RequestBody | undefined, timeout: number): void {
  for (const { destination, fraction, target, shadow, body: withBody = true } of mirrors) {
    if (fraction < 1 && plane.random() >= fraction) continue;
    const cluster = mirrored.clusterOf(destination);
    const endpoint = cluster.refusal === undefined ? pickEndpoint(cluster, mirrored.request, plane.random) : undefined;
    if (endpoint === undefined) continue;
    endpoint.active++;
    const to = target?.(mirrored.request);
    const headers = to ? withHost(mirrored.headers, () => to.authority) : shadow ? withHost(mirrored.headers, (host) => host.replace(/(:\d+)?$/, '-shadow$1')) : [...mirrored.headers];
    plane.connections.to(endpoint).dispatch(
      {
        path: to?.path ?? mirrored.path,
        method: mirrored.method,
        headers: withBody ? headers : withoutLength(headers),
        body: withBody ? (body?.stream(false) ?? null) : null,
      },
      new MirrorAttempt(plane, mirrored.identity, cluster, endpoint, timeout > 0 ? timeout : LONGEST),
    );
  }
}

/** Envoy marks a copy by `-shadow` behind the host, unless it is told not to, as Istio does; nginx names the target's. */
function withHost(headers: readonly string[], change: (host: string) => string): string[] {
  return headers.map((value, index) => (index % 2 === 1 && headers[index - 1] === 'host' ? change(value) : value));
}

function withoutLength(headers: readonly string[]): string[] {
  return headers.filter((_, index) => (headers[index - (index % 2)] ?? '').toLowerCase() !== 'content-length');
}

class MirrorAttempt implements Dispatcher.DispatchHandler {
  readonly #plane: DataPlane;
  readonly #identity: ProxyIdentity;
  readonly #cluster: Cluster;
  readonly #endpoint: Endpoint;
  readonly #startedAt: number;
  readonly #cancelTimeout: () => void;
  #abort: ((error?: Error) => void) | undefined;
  #timedOut = false;
  #ended = false;
  #status = 0;

  constructor(plane: DataPlane, identity: ProxyIdentity, cluster: Cluster, endpoint: Endpoint, timeout: number) {
    this.#plane = plane;
    this.#identity = identity;
    this.#cluster = cluster;
    this.#endpoint = endpoint;
    this.#startedAt = plane.clock.monotonic();
    this.#cancelTimeout = plane.after(timeout, () => this.#timeOut());
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#timedOut) abort(new Error('timed out'));
    else this.#abort = abort;
  }

  onHeaders(status: number): boolean {
    if (status >= 200) this.#status = status;
    return true;
  }

  onData(): boolean {
    return true;
  }

  onComplete(): void {
    this.#end();
    const served = this.#plane.sidecars.of(this.#endpoint.pod)?.served;
    const service = this.#cluster.service ?? { host: this.#cluster.host, name: this.#cluster.host, namespace: unknownWorkload.namespace };
    const duration = this.#plane.clock.monotonic() - this.#startedAt;
    served?.record(this.#identity.workload, this.#endpoint.workload, service, this.#status, '', duration);
  }

  onError(): void {
    this.#end();
  }

  #timeOut(): void {
    this.#timedOut = true;
    // One that still waits for a connection is dropped when that comes.
    if (this.#abort) this.#abort(new Error('timed out'));
    else this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTimeout();
    this.#endpoint.active--;
  }
}
