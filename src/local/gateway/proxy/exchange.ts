import type { ServerResponse } from 'node:http';
import type { Cluster } from '../configuration/clusters.js';
import type { Endpoint } from '../configuration/endpoints.js';
import { changeHeaders, type HeaderChanges } from '../configuration/header-changes.js';
import { chooseDestination, type CompiledRoute, type WeightedDestination } from '../configuration/http-routes.js';
import { defaultRetries, type RetryPolicy } from '../configuration/retries.js';
import { findRoute, type RouteTable } from '../configuration/route-tables.js';
import { unknownWorkload } from '../configuration/workload.js';
import type { ProxyIdentity } from '../telemetry/proxies.js';
import type { ServiceName } from '../telemetry/request-metrics.js';
import { Attempt } from './attempt.js';
import { pickEndpoint } from './balancers.js';
import type { DataPlane } from './data-plane.js';
import type { Entry } from './entry.js';
import { nginxRequestHeaders, requestHeaders, responseHeaders } from './forwarded-headers.js';
import type { IncomingRequest } from './incoming-request.js';
import { connectFailure, failedShare, faultAbort, localReplies, refused, writtenReply, type LocalReply } from './local-replies.js';
import { sendMirrors } from './mirrors.js';
import { RequestBody } from './request-body.js';
import { hashCookie, pickForSession } from './session-cookies.js';

/** Methods that may be sent again though the first try may have had an effect. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
/** How often a request moves on from endpoints that leave, beyond what its route allows. */
const MOVES = 5;
/** Milliseconds to wait for news that the endpoint goes, after it broke off a request. */
const LEAVING_NEWS = 100;

/** One request on its way: from the first byte to the last, over as many tries as it takes. */
export class Exchange {
  readonly #plane: DataPlane;
  readonly #edge: boolean;
  #identity: ProxyIdentity;
  #manner: RouteTable['manner'];
  readonly #request: IncomingRequest;
  readonly #response: ServerResponse;
  readonly #startedAt: number;
  #listenerPort = 0;
  #destination: WeightedDestination | undefined;
  #cluster: Cluster | undefined;
  #retries: RetryPolicy | undefined;
  #retried = 0;
  #moved = 0;
  #retryLimitFlag = '';
  #delayFlag = '';
  readonly #tried: Endpoint[] = [];
  #body: RequestBody | undefined;
  #headers: string[] = [];
  #path = '';
  #setCookie: string | undefined;
  #attempt: Attempt | undefined;
  #answered = false;
  #finished = false;
  #cancelTimeout: (() => void) | undefined;

  constructor(plane: DataPlane, entry: Entry, request: IncomingRequest, response: ServerResponse) {
    this.#plane = plane;
    this.#identity = entry.identity();
    this.#edge = entry.edge;
    this.#request = request;
    this.#response = response;
    this.#startedAt = plane.clock.monotonic();
    response.on('close', () => this.#onClose());
    const resolution = entry.resolve(request, plane.configuration);
    if (resolution.kind === 'reply') this.reply(resolution.reply);
    else if (resolution.kind === 'cluster') this.#passThrough(resolution.cluster);
    else if (resolution.table.refusal !== undefined) this.reply(refused(resolution.table.refusal));
    else {
      this.#listenerPort = resolution.port;
      this.#identity = resolution.identity ?? this.#identity;
      this.#manner = resolution.table.manner;
      const path = resolution.normalizePath ? resolution.normalizePath(request.path) : request.path;
      request.path = path ?? request.path;
      const route = findRoute(resolution.table, request, this.#identity);
      if (path === undefined) this.reply(localReplies.badPath);
      else if (route === undefined) this.reply(localReplies.noRoute);
      else void this.#follow(route);
    }
  }

  get plane(): DataPlane {
    return this.#plane;
  }

  /** True once the client is answered or gone. */
  get over(): boolean {
    return this.#finished;
  }

  #passThrough(cluster: Cluster): void {
    this.#cluster = cluster;
    this.#retries = defaultRetries;
    this.#prepare([], undefined, undefined);
    this.#try();
  }

  #follow(route: CompiledRoute): Promise<void> | void {
    if (route.timeout > 0) this.#cancelTimeout = this.#plane.after(route.timeout, () => this.#onTimeout());
    if (route.fault !== undefined) return this.#failOnPurpose(route);
    this.#act(route);
  }

  async #failOnPurpose(route: CompiledRoute): Promise<void> {
    const { delay, abort } = route.fault ?? {};
    if (delay && this.#plane.random() < delay.fraction) {
      this.#delayFlag = 'DI';
      await this.#plane.pause(delay.milliseconds);
    }
    if (this.#finished) return;
    if (abort && this.#plane.random() < abort.fraction) this.reply(faultAbort(abort.status));
    else this.#act(route);
  }

  #act(route: CompiledRoute): void {
    const { action } = route;
    if (action.kind === 'redirect') {
      const headers = ['location', action.redirect.location(this.#request)];
      this.reply({ status: action.redirect.status, flags: '', body: '' }, changed(headers, action.responseHeaders));
    } else if (action.kind === 'direct') {
      const type = action.body.length === 0 ? [] : ['content-type', 'text/plain'];
      this.reply({ status: action.status, flags: '', body: action.body.toString() }, changed(type, action.responseHeaders));
    } else {
      const destination = chooseDestination(action, action.destinations.length > 1 ? this.#plane.random() : 0, this.#request);
      if (destination === undefined) return this.reply(localReplies.noCluster);
      if (destination.failure !== undefined) return this.reply(failedShare(destination.failure));
      this.#destination = destination;
      this.#retries = route.retries;
      this.#cluster = this.#plane.configuration.clusters.resolve(destination.destination, this.#listenerPort, this.#identity.namespace);
      this.#prepare(destination.requestHeaders, destination.authority, route.rewritePath);
      if (route.mirrors.length > 0) sendMirrors(this.#plane, route.mirrors, this.#mirrored(), this.#body, route.timeout);
      this.#try();
    }
  }

  #mirrored(): Parameters<typeof sendMirrors>[2] {
    const { method } = this.#request;
    const { clusters } = this.#plane.configuration;
    const clusterOf = (name: WeightedDestination['destination']): Cluster => clusters.resolve(name, this.#listenerPort, this.#identity.namespace);
    return { request: this.#request, identity: this.#identity, method, path: this.#path, headers: this.#headers, clusterOf };
  }

  #prepare(changes: readonly HeaderChanges[], authority: string | undefined, rewritePath: ((path: string) => string) | undefined): void {
    const request = this.#request;
    const path = rewritePath ? rewritePath(request.path) : request.path;
    this.#path = request.query === undefined ? path : `${path}?${request.query}`;
    let headers = requestHeaders(request.message.rawHeaders, {
      authority: authority ?? request.authority,
      scheme: request.scheme,
      remoteAddress: this.#edge ? request.remoteAddress : undefined,
      requestId: this.#plane.requestId,
    });
    if (this.#manner === 'nginx') headers = changeHeaders(headers, nginxRequestHeaders(request.message.rawHeaders, request, this.#listenerPort));
    for (const change of changes) headers = changeHeaders(headers, change);
    this.#headers = headers;
    if (request.hasBody) this.#body = new RequestBody(request.message);
  }

  #try(): void {
    const cluster = this.#cluster;
    if (this.#finished || cluster === undefined) return;
    if (cluster.refusal !== undefined) return this.reply(refused(cluster.refusal));
    if (!cluster.exists) return this.reply(localReplies.noCluster);
    const endpoint = this.#pick(cluster);
    if (endpoint === undefined) return this.reply(localReplies.noHealthyUpstream);
    const attempt = new Attempt(this, endpoint, this.#response, this.#plane.clock.monotonic());
    this.#attempt = attempt;
    if (this.#retries !== undefined && this.#retries.perTryTimeout > 0) {
      attempt.cancelTimeout = this.#plane.after(this.#retries.perTryTimeout, () => attempt.timeOut());
    }
    endpoint.active++;
    this.#plane.connections.to(endpoint).dispatch(
      { path: this.#path, method: this.#request.method, headers: this.#headers, body: this.#body?.stream(true) ?? null },
      attempt,
    );
  }

  #pick(cluster: Cluster): Endpoint | undefined {
    const { balancing } = cluster;
    if (balancing.kind === 'session') {
      const { clock, random, requestId } = this.#plane;
      const failed = balancing.session.changeOnFailure ? this.#tried : this.#tried.filter((endpoint) => this.#plane.isLeaving(endpoint));
      const { endpoint, cookie } = pickForSession(balancing.session, cluster.endpoints, this.#request, failed, { key: requestId, now: clock.now(), draw: random() });
      this.#setCookie = cookie ?? this.#setCookie;
      return endpoint;
    }
    if (balancing.kind === 'hash') this.#setCookie ??= hashCookie(balancing.key, this.#request, this.#plane.requestId);
    return pickEndpoint(cluster, this.#request, this.#plane.random, this.#retries?.otherEndpoints === false ? [] : this.#tried);
  }

  /** The endpoint's answer begins. @returns false when it is thrown away because another try is made */
  onHeaders(attempt: Attempt, status: number, raw: readonly Buffer[], statusText: string): boolean {
    if (this.#finished) return false;
    if (this.#retries?.statuses(status) === true && this.#maySendAgain() && this.#mayRetry()) {
      void this.#retry(attempt);
      return false;
    }
    this.#answered = true;
    this.#cancelTimeout?.();
    let headers = responseHeaders(raw);
    for (const change of this.#destination?.responseHeaders ?? []) headers = changeHeaders(headers, change);
    if (this.#setCookie !== undefined) headers.push('set-cookie', this.#setCookie);
    if (this.#plane.draining) this.#response.shouldKeepAlive = false;
    this.#response.writeHead(status, statusText, headers);
    return true;
  }

  /** The endpoint's answer is complete. */
  onComplete(attempt: Attempt, trailers: readonly string[]): void {
    if (attempt !== this.#attempt || this.#finished) return;
    if (trailers.length > 0) {
      const pairs: [string, string][] = [];
      for (let index = 0; index + 1 < trailers.length; index += 2) pairs.push([String(trailers[index]), String(trailers[index + 1])]);
      this.#response.addTrailers(pairs);
    }
    this.#response.end();
    this.#finish(attempt.status, this.#retryLimitFlag, attempt.endpoint);
  }

  /** The try ended without a complete answer. @param connected false when not a byte of the request can have been sent */
  onFailure(attempt: Attempt, error: Error & { code?: string }, connected: boolean): void {
    if (attempt !== this.#attempt || this.#finished) return;
    if (this.#answered) {
      // Too late to say so otherwise: the client must see that the answer is cut off.
      this.#response.destroy();
      return this.#finish(attempt.status, 'UC', attempt.endpoint);
    }
    if (error.code === 'UND_ERR_INVALID_ARG') return this.reply(localReplies.badRequest);
    if (attempt.timedOut) {
      if (this.#retries?.reset === true && this.#maySendAgain() && this.#mayRetry()) return void this.#retry(attempt);
      return this.reply(localReplies.requestTimeout, [], attempt.endpoint);
    }
    if (connected ? this.#retries?.reset === true && this.#maySendAgain() : this.#retries?.connectFailure === true) {
      if (this.#mayRetry()) return void this.#retry(attempt);
    }
    // Nothing was sent, or nothing that would matter twice: such a request may go to another endpoint when this one leaves.
    const safe = !connected || (SAFE_METHODS.has(this.#request.method) && this.#body === undefined);
    void this.#failOrMove(attempt, safe, connected ? localReplies.connectionTermination : connectFailure(error.code ?? error.message));
  }

  /**
   * An endpoint refused a connection or broke it off before it answered. Where its Pod is being deleted, the request goes to
   * another one; the news of that may come a moment later than the failure.
   */
  async #failOrMove(attempt: Attempt, safe: boolean, reply: LocalReply): Promise<void> {
    const movable = safe && this.#body?.replayable !== false && this.#moved < MOVES;
    if (movable && !this.#plane.isLeaving(attempt.endpoint)) await this.#plane.untilLeaving(attempt.endpoint, LEAVING_NEWS);
    if (this.#finished) return;
    if (!movable || !this.#plane.isLeaving(attempt.endpoint)) return this.reply(reply, [], attempt.endpoint);
    this.#moved++;
    return this.#retry(attempt);
  }

  #maySendAgain(): boolean {
    return this.#retries?.onceSent?.has(this.#request.method) !== true;
  }

  #mayRetry(): boolean {
    if (this.#body?.replayable === false) return false;
    const limit = this.#retries?.attempts ?? 0;
    if (this.#retried < limit) {
      this.#retried++;
      return true;
    }
    if (limit > 0) this.#retryLimitFlag = 'URX';
    return false;
  }

  async #retry(attempt: Attempt): Promise<void> {
    this.#attempt = undefined;
    this.#tried.push(attempt.endpoint);
    const base = this.#retries?.backoff ?? defaultRetries.backoff;
    const longest = Math.min(base * 2 ** (this.#tried.length - 1), base * 10);
    await this.#plane.pause(this.#plane.random() * longest);
    if (this.#finished) return;
    // Endpoints as they are now, not as they were when the request came.
    const destination = this.#destination?.destination;
    if (destination) this.#cluster = this.#plane.configuration.clusters.resolve(destination, this.#listenerPort, this.#identity.namespace);
    this.#try();
  }

  #onTimeout(): void {
    if (this.#answered || this.#finished) return;
    const endpoint = this.#attempt?.endpoint;
    this.reply(localReplies.requestTimeout, [], endpoint);
  }

  /** Answers in the gateway's own name. */
  reply(reply: LocalReply, headers: readonly string[] = [], endpoint?: Endpoint): void {
    if (this.#finished) return;
    const { flags } = reply;
    const { status, body, contentType } = writtenReply(reply, this.#manner);
    const all = [...headers, 'content-length', String(Buffer.byteLength(body))];
    if (contentType !== undefined && headers.length === 0) all.push('content-type', contentType);
    if (this.#plane.draining) this.#response.shouldKeepAlive = false;
    this.#response.writeHead(status, all);
    this.#response.end(body);
    const limit = flags === 'UF' || flags === 'UT' || flags === 'UC' ? this.#retryLimitFlag : '';
    this.#finish(status, limit === '' ? flags : `${limit},${flags}`, endpoint);
  }

  #onClose(): void {
    if (this.#finished) return;
    this.#finish(0, 'DC', this.#attempt?.endpoint);
  }

  #finish(code: number, flags: string, endpoint: Endpoint | undefined): void {
    this.#finished = true;
    this.#cancelTimeout?.();
    const attempt = this.#attempt;
    this.#attempt = undefined;
    attempt?.abandon();
    this.#body?.discard();
    const service = serviceNameOf(this.#cluster, this.#request.authority);
    const duration = this.#plane.clock.monotonic() - this.#startedAt;
    this.#identity.sent.record(this.#identity.workload, endpoint?.workload ?? unknownWorkload, service, code, this.#withDelay(flags), duration);
  }

  #withDelay(flags: string): string {
    if (this.#delayFlag === '') return flags;
    return flags === '' ? this.#delayFlag : `${this.#delayFlag},${flags}`;
  }

  /** The endpoint's side of one try, as its own proxy counts it. */
  recordServed(attempt: Attempt, code: number, flags: string): void {
    const served = this.#plane.sidecars.of(attempt.endpoint.pod)?.served;
    if (served === undefined) return;
    const duration = this.#plane.clock.monotonic() - attempt.startedAt;
    served.record(this.#identity.workload, attempt.endpoint.workload, serviceNameOf(this.#cluster, this.#request.authority), code, flags, duration);
  }
}

const changed = (headers: string[], changes: HeaderChanges | undefined): string[] => (changes ? changeHeaders(headers, changes) : headers);

/** What the metrics call the destination. */
export function serviceNameOf(cluster: Cluster | undefined, authority: string): ServiceName {
  if (cluster?.service) return cluster.service;
  const host = cluster?.host ?? authority;
  return { host, name: cluster ? cluster.host : 'unknown', namespace: 'unknown' };
}
