import { constants, type ClientHttp2Stream, type IncomingHttpHeaders, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Cluster } from '../configuration/clusters.js';
import type { Endpoint } from '../configuration/endpoints.js';
import { changeHeaders, type HeaderChanges } from '../configuration/header-changes.js';
import { chooseDestination, type CompiledRoute, type WeightedDestination } from '../configuration/http-routes.js';
import type { RoutedRequest } from '../configuration/request.js';
import { findRoute } from '../configuration/route-tables.js';
import { unknownWorkload } from '../configuration/workload.js';
import type { ProxyIdentity } from '../telemetry/proxies.js';
import { pickEndpoint } from './balancers.js';
import type { DataPlane } from './data-plane.js';
import type { Entry } from './entry.js';
import { serviceNameOf } from './exchange.js';
import { connectFailure, failedShare, localReplies, refused, type LocalReply } from './local-replies.js';

/** Endpoints that are asked for a connection before a call fails. */
const TRIES = 3;
/** gRPC's status for what would be an HTTP status, as Envoy translates its own answers. */
const GRPC_STATUS: Readonly<Record<number, number>> = { 400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 502: 14, 503: 14, 504: 14 };
const UNKNOWN_STATUS = 2;
/** Headers of HTTP/1 connections, which HTTP/2 forbids, and what is set anew. */
const NOT_PASSED_ON = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'host', 'http2-settings']);

/** What routing asks of a call. */
function callRequest(headers: IncomingHttpHeaders, remoteAddress: string): RoutedRequest {
  const [path = '/', query] = (headers[':path'] ?? '/').split(/\?(.*)/s);
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value.join(',') : value;
  };
  return { method: headers[':method'] ?? 'POST', path, query, authority: headers[':authority'] ?? headers.host ?? '', scheme: 'http', remoteAddress, header };
}

/** One call of gRPC on its way: routed like a request, carried by HTTP/2 on both sides. */
export class GrpcCall {
  readonly #plane: DataPlane;
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  readonly #request: RoutedRequest;
  readonly #startedAt: number;
  #identity: ProxyIdentity;
  #cluster: Cluster | undefined;
  #upstream: ClientHttp2Stream | undefined;
  #endpoint: Endpoint | undefined;
  #status = 0;
  #flags = '';
  #cancelTimeout: (() => void) | undefined;

  constructor(plane: DataPlane, entry: Entry, stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#plane = plane;
    this.#stream = stream;
    this.#headers = headers;
    this.#identity = entry.identity();
    this.#startedAt = plane.clock.monotonic();
    this.#request = callRequest(headers, stream.session?.socket?.remoteAddress ?? '');
    stream.on('error', () => undefined);
    stream.on('close', () => this.#onClose());
    this.#resolve(entry);
  }

  #resolve(entry: Entry): void {
    const resolution = entry.resolve(this.#request, this.#plane.configuration);
    if (resolution.kind === 'reply') return this.#reply(resolution.reply);
    if (resolution.kind === 'cluster') return this.#reply(localReplies.noRoute);
    if (resolution.table.refusal !== undefined) return this.#reply(refused(resolution.table.refusal));
    this.#identity = resolution.identity ?? this.#identity;
    const route = findRoute(resolution.table, this.#request, this.#identity);
    if (route === undefined) this.#reply(localReplies.noRoute);
    else this.#follow(route, resolution.port);
  }

  #follow(route: CompiledRoute, port: number): void {
    const { action } = route;
    if (action.kind !== 'forward') {
      this.#reply({ status: action.kind === 'direct' ? action.status : action.redirect.status, flags: '', body: action.kind === 'direct' ? action.body.toString() : '' });
      return;
    }
    const destination = chooseDestination(action, this.#plane.random(), this.#request);
    if (destination === undefined) return this.#reply(localReplies.noCluster);
    if (destination.failure !== undefined) return this.#reply(failedShare(destination.failure));
    const cluster = this.#plane.configuration.clusters.resolve(destination.destination, port, this.#identity.namespace);
    this.#cluster = cluster;
    if (cluster.refusal !== undefined) return this.#reply(refused(cluster.refusal));
    if (!cluster.exists) return this.#reply(localReplies.noCluster);
    if (route.timeout > 0) this.#cancelTimeout = this.#plane.after(route.timeout, () => this.#reply(localReplies.requestTimeout));
    void this.#send(route, destination, cluster);
  }

  /** Asks one endpoint after the other until one takes a connection: up to then nothing has been sent. */
  async #send(route: CompiledRoute, destination: WeightedDestination, cluster: Cluster): Promise<void> {
    const tried: Endpoint[] = [];
    let reply: LocalReply = localReplies.noHealthyUpstream;
    while (tried.length < Math.min(TRIES, cluster.endpoints.length)) {
      const endpoint = pickEndpoint(cluster, this.#request, this.#plane.random, tried);
      if (endpoint === undefined) break;
      tried.push(endpoint);
      try {
        const session = await this.#plane.grpcConnections.to(endpoint);
        if (this.#stream.destroyed || this.#stream.headersSent) return;
        this.#endpoint = endpoint;
        this.#join(session.request(this.#outgoing(route, destination)), endpoint, destination.responseHeaders);
        return;
      } catch (error) {
        reply = connectFailure(error instanceof Error ? error.message : String(error));
      }
    }
    this.#reply(reply);
  }

  #outgoing(route: CompiledRoute, { authority, requestHeaders }: WeightedDestination): OutgoingHttpHeaders {
    const { path, query, method } = this.#request;
    const sent = route.rewritePath?.(path) ?? path;
    const pseudo = { ':method': method, ':path': query === undefined ? sent : `${sent}?${query}`, ':scheme': 'http', ':authority': authority ?? this.#request.authority };
    const { 'x-request-id': requestId = this.#plane.requestId(), 'x-forwarded-proto': scheme = 'http', 'x-forwarded-for': before } = this.#headers;
    const { remoteAddress } = this.#request;
    const added = { 'x-request-id': requestId, 'x-forwarded-proto': scheme, 'x-forwarded-for': before === undefined ? remoteAddress : `${String(before)},${remoteAddress}` };
    return { ...pseudo, ...changedHeaders({ ...this.#headers, ...added }, requestHeaders) };
  }

  #join(upstream: ClientHttp2Stream, endpoint: Endpoint, changes: readonly HeaderChanges[]): void {
    const stream = this.#stream;
    this.#upstream = upstream;
    endpoint.active++;
    let trailers: OutgoingHttpHeaders = {};
    upstream.on('response', (headers, flags) => {
      this.#cancelTimeout?.();
      if (stream.destroyed || stream.headersSent) return;
      this.#status = headers[':status'] ?? 200;
      const answer = { ':status': this.#status, ...changedHeaders(headers, changes) };
      if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) {
        stream.respond(answer, { endStream: true });
        return;
      }
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      stream.respond(answer, { waitForTrailers: true });
      upstream.pipe(stream);
    });
    upstream.on('trailers', (headers) => (trailers = changedHeaders(headers, [])));
    upstream.on('error', () => undefined);
    upstream.on('close', () => {
      endpoint.active--;
      this.#recordServed(endpoint);
      if (stream.destroyed || stream.closed) return;
      if (!stream.headersSent) this.#reply(localReplies.connectionTermination);
      else if (!upstream.readableEnded) stream.close(upstream.rstCode === 0 ? constants.NGHTTP2_INTERNAL_ERROR : upstream.rstCode);
    });
    stream.pipe(upstream);
  }

  /** Answers in the gateway's own name: with the status of gRPC that stands for the reply's. */
  #reply({ status, flags, body }: LocalReply): void {
    if (this.#stream.destroyed || this.#stream.headersSent) return;
    this.#status = status;
    this.#flags = flags;
    this.#upstream?.close(constants.NGHTTP2_CANCEL);
    const grpc = { 'grpc-status': String(GRPC_STATUS[status] ?? UNKNOWN_STATUS), 'grpc-message': encodeURIComponent(body) };
    this.#stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...grpc }, { endStream: true });
  }

  #onClose(): void {
    this.#cancelTimeout?.();
    const upstream = this.#upstream;
    if (upstream && !upstream.closed) upstream.close(constants.NGHTTP2_CANCEL);
    const flags = this.#status === 0 ? 'DC' : this.#flags;
    const service = serviceNameOf(this.#cluster, this.#request.authority);
    this.#identity.sent.record(this.#identity.workload, this.#endpoint?.workload ?? unknownWorkload, service, this.#status, flags, this.#plane.clock.monotonic() - this.#startedAt);
  }

  #recordServed(endpoint: Endpoint): void {
    const served = this.#plane.sidecars.of(endpoint.pod)?.served;
    const service = serviceNameOf(this.#cluster, this.#request.authority);
    served?.record(this.#identity.workload, endpoint.workload, service, this.#status, this.#status === 0 ? 'DC' : '', this.#plane.clock.monotonic() - this.#startedAt);
  }
}

/** What is passed on of headers, changed. Those that stand several times stay several. */
function changedHeaders(headers: IncomingHttpHeaders, changes: readonly HeaderChanges[]): OutgoingHttpHeaders {
  let flat: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':') || NOT_PASSED_ON.has(name)) continue;
    for (const each of Array.isArray(value) ? value : [String(value)]) flat.push(name, each);
  }
  for (const change of changes) flat = changeHeaders(flat, change);
  const result: Record<string, string | string[]> = {};
  for (let index = 0; index + 1 < flat.length; index += 2) {
    const [name = '', value = ''] = flat.slice(index, index + 2);
    const before = result[name];
    result[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return result;
}
