import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Cluster } from '../configuration/clusters.js';
import { changeHeaders } from '../configuration/header-changes.js';
import { chooseDestination } from '../configuration/http-routes.js';
import { findRoute, type RouteTable } from '../configuration/route-tables.js';
import type { Endpoint } from '../configuration/endpoints.js';
import type { RoutedRequest } from '../configuration/request.js';
import { pickEndpoint } from './balancers.js';
import type { DataPlane } from './data-plane.js';
import type { Entry, Resolution } from './entry.js';
import { nginxRequestHeaders } from './forwarded-headers.js';
import { IncomingRequest } from './incoming-request.js';
import { failedShare, localReplies, refused, writtenReply, type LocalReply } from './local-replies.js';

/** Joins two sockets until either ends; a client that left in the meantime takes its other side along. @param first bytes that were read already */
export function join(client: Duplex, upstream: Socket, first: Buffer): void {
  if (client.destroyed) return void upstream.destroy();
  if (first.length > 0) upstream.write(first);
  client.pipe(upstream);
  upstream.pipe(client);
  const end = (): void => {
    client.destroy();
    upstream.destroy();
  };
  client.on('error', end).on('close', end);
  upstream.on('error', end).on('close', end);
}

/** Opens a plain connection to one of the cluster's endpoints, to another one where the first does not answer. */
export async function dial(plane: DataPlane, cluster: Cluster, request: RoutedRequest): Promise<{ socket: Socket; endpoint: Endpoint } | undefined> {
  const tried: Endpoint[] = [];
  while (tried.length < Math.min(3, cluster.endpoints.length)) {
    const endpoint = pickEndpoint(cluster, request, plane.random, tried);
    if (endpoint === undefined) return undefined;
    tried.push(endpoint);
    const socket = await open(plane, endpoint);
    if (socket) {
      endpoint.active++;
      socket.once('close', () => endpoint.active--);
      return { socket, endpoint };
    }
  }
  return undefined;
}

function open(plane: DataPlane, endpoint: Endpoint): Promise<Socket | undefined> {
  const { host, port } = plane.addresses.toSocketAddress(endpoint.address, endpoint.port);
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    const onError = (): void => resolve(undefined);
    socket.once('error', onError);
    socket.once('connect', () => {
      socket.off('error', onError);
      socket.on('error', () => socket.destroy());
      resolve(socket);
    });
  });
}

/** Where a request for another protocol goes, and as what. */
interface Upgrade {
  readonly cluster: Cluster;
  readonly path: string;
  readonly headers: readonly string[];
}

/** Follows the routes as far as they can mean such a request: rewriting and headers, but no mirrors, faults, tries or timeouts. */
function routeUpgrade(plane: DataPlane, entry: Entry, resolution: Resolution, request: IncomingRequest): Upgrade | LocalReply {
  const { rawHeaders } = request.message;
  if (resolution.kind === 'reply') return resolution.reply;
  if (resolution.kind === 'cluster') return { cluster: resolution.cluster, path: request.path, headers: rawHeaders };
  const { table, port } = resolution;
  const identity = resolution.identity ?? entry.identity();
  if (table.refusal !== undefined) return refused(table.refusal);
  const route = findRoute(table, request, identity);
  if (route?.action.kind === 'direct') return { status: route.action.status, flags: '', body: route.action.body.toString() };
  if (route?.action.kind === 'redirect') return { status: route.action.redirect.status, flags: '', body: '', location: route.action.redirect.location(request) };
  const destination = route?.action.kind === 'forward' ? chooseDestination(route.action, plane.random(), request) : undefined;
  if (destination === undefined) return localReplies.noRoute;
  if (destination.failure !== undefined) return failedShare(destination.failure);
  const cluster = plane.configuration.clusters.resolve(destination.destination, port, identity.namespace);
  if (cluster.refusal !== undefined) return refused(cluster.refusal);
  const { authority } = destination;
  const isHost = (index: number): boolean => rawHeaders[index - 1]?.toLowerCase() === 'host' && index % 2 === 1;
  let headers = authority === undefined ? [...rawHeaders] : rawHeaders.map((value, index) => (isHost(index) ? authority : value));
  if (table.manner === 'nginx') headers = changeHeaders(headers, nginxRequestHeaders(rawHeaders, request, port));
  for (const changes of destination.requestHeaders) headers = changeHeaders(headers, changes);
  return { cluster, path: route?.rewritePath?.(request.path) ?? request.path, headers };
}

const isReply = (found: Upgrade | LocalReply): found is LocalReply => 'flags' in found;

function answer(client: Duplex, reply: LocalReply, manner?: RouteTable['manner']): void {
  const { status, body, contentType = 'text/plain' } = writtenReply(reply, manner);
  const location = reply.location === undefined ? '' : `location: ${reply.location}\r\n`;
  client.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\n${location}content-type: ${contentType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

/** `CONNECT host:port`: bytes both ways, past all http routes. */
export async function onConnect(plane: DataPlane, entry: Entry, message: IncomingMessage, client: Duplex, first: Buffer): Promise<void> {
  client.on('error', () => client.destroy());
  message.url = `http://${message.url ?? ''}/`;
  const request = new IncomingRequest(message);
  const resolution = entry.resolve(request, plane.configuration);
  if (resolution.kind === 'reply') return answer(client, resolution.reply);
  const cluster =
    resolution.kind === 'cluster'
      ? resolution.cluster
      : plane.configuration.clusters.resolve({ host: resolution.host, port: resolution.port, subset: undefined }, resolution.port, entry.identity().namespace);
  const dialled = await dial(plane, cluster, request);
  if (dialled === undefined) return answer(client, localReplies.noHealthyUpstream);
  client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
  join(client, dialled.socket, first);
}

/** A request that asks for another protocol, such as a WebSocket: routed like any other, then bytes both ways. */
export async function onUpgrade(plane: DataPlane, entry: Entry, message: IncomingMessage, client: Duplex, first: Buffer): Promise<void> {
  client.on('error', () => client.destroy());
  const request = new IncomingRequest(message);
  const resolution = entry.resolve(request, plane.configuration);
  const manner = resolution.kind === 'routes' ? resolution.table.manner : undefined;
  const upgrade = routeUpgrade(plane, entry, resolution, request);
  if (isReply(upgrade)) return answer(client, upgrade, manner);
  const { cluster, path, headers } = upgrade;
  const dialled = await dial(plane, cluster, request);
  if (dialled === undefined) return answer(client, localReplies.noHealthyUpstream, manner);
  const lines = [`${request.method} ${path}${request.query === undefined ? '' : `?${request.query}`} HTTP/1.1`];
  for (let index = 0; index + 1 < headers.length; index += 2) lines.push(`${headers[index] ?? ''}: ${headers[index + 1] ?? ''}`);
  dialled.socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  join(client, dialled.socket, first);
}
