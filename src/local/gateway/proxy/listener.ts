import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import type { RequestListener } from 'node:http';
import type { DataPlane } from './data-plane.js';
import type { Entry } from './entry.js';
import { takeCalls, type IdleConnections } from './grpc-server.js';
import { dial, join, onConnect, onUpgrade } from './tunnels.js';
import type { ServicePort } from '../configuration/endpoints.js';
import { connectionRequest } from '../configuration/request.js';

/** Milliseconds an idle connection of a client is kept; as long as Envoy does. */
const CLIENT_IDLE_TIMEOUT = 3_600_000;
const METHOD = /^(GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|TRACE|CONNECT) /;

/** Something that listens and can be closed so that what is under way ends first. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Takes nothing new and resolves when all is done; `deadline` breaks off the rest. */
  close(deadline: AbortSignal): Promise<void>;
}

export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

/** @throws Error when the address cannot be bound */
export async function listenForRequests(plane: DataPlane, entry: Entry, at: SocketAddress): Promise<Listener> {
  const server = requestServer(plane, entry);
  await listen(server, at);
  return listenerOf(plane, server, server, at);
}

/** As `listenForRequests`, and calls of gRPC by HTTP/2 without TLS at the same port. @throws Error when the address cannot be bound */
export async function listenForRequestsAndCalls(plane: DataPlane, entry: Entry, at: SocketAddress): Promise<Listener> {
  const server = requestServer(plane, entry);
  const idle = takeCalls(plane, entry, server);
  await listen(server, at);
  return listenerOf(plane, server, idle, at);
}

/** Ends TLS by the name that clients ask for. @param port that they mean. @throws Error when the address cannot be bound */
export async function listenForSecureRequests(plane: DataPlane, entry: Entry, port: number, at: SocketAddress): Promise<Listener> {
  const { cert, key, context } = await plane.fakeCertificate();
  const server = createSecureServer({
    ...SERVER_OPTIONS,
    // For clients that name no host.
    cert,
    key,
    // Asked anew for every connection: a rotated certificate is used at once, and connections that stand go on.
    SNICallback: (serverName, done) => done(null, plane.certificate(port, serverName) ?? context),
  });
  handleRequests(server, plane, entry);
  await listen(server, at);
  return listenerOf(plane, server, server, at);
}

/** @throws Error when the address cannot be bound */
export async function listenForPage(plane: DataPlane, page: () => string, path: string, at: SocketAddress): Promise<Listener> {
  const handle: RequestListener = (request, response) => {
    const found = request.url?.split('?')[0] === path;
    response.writeHead(found ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(found ? page() : `only ${path} is here\n`);
  };
  const server = createServer(handle);
  await listen(server, at);
  return listenerOf(plane, server, server, at);
}

/** A Service's port: requests where it speaks HTTP, else bytes. @throws Error when the address cannot be bound */
export async function listenForService(plane: DataPlane, entry: Entry, host: string, port: number, at: SocketAddress): Promise<Listener> {
  const requests = requestServer(plane, entry);
  const portNow = (): ServicePort | undefined => plane.configuration.services.get(host)?.ports.get(port);
  const server = createTcpServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    const protocol = portNow()?.protocol ?? 'detect';
    if (protocol === 'http') requests.emit('connection', socket);
    else if (protocol === 'tcp') void passOn(plane, entry, host, port, socket, Buffer.alloc(0));
    else {
      socket.once('data', (first: Buffer) => {
        socket.pause();
        if (!METHOD.test(first.toString('latin1', 0, 10))) return void passOn(plane, entry, host, port, socket, first);
        socket.unshift(first);
        requests.emit('connection', socket);
        socket.resume();
      });
    }
  });
  await listen(server, at);
  return listenerOf(plane, server, requests, at);
}

async function passOn(plane: DataPlane, entry: Entry, host: string, port: number, socket: Socket, first: Buffer): Promise<void> {
  const cluster = plane.configuration.clusters.resolve({ host, port, subset: undefined }, port, entry.identity().namespace);
  const dialled = await dial(plane, cluster, connectionRequest(socket.remoteAddress ?? ''));
  if (dialled) join(socket, dialled.socket, first);
  else socket.destroy();
}

const SERVER_OPTIONS = { keepAliveTimeout: CLIENT_IDLE_TIMEOUT, requestTimeout: 0, headersTimeout: 60_000, maxHeaderSize: 65_536, noDelay: true };

function requestServer(plane: DataPlane, entry: Entry): Server {
  const server = createServer(SERVER_OPTIONS);
  handleRequests(server, plane, entry);
  return server;
}

function handleRequests(server: Server, plane: DataPlane, entry: Entry): void {
  server.on('request', (request, response) => plane.handle(entry, request, response));
  server.on('connect', (request, socket, first) => void onConnect(plane, entry, request, socket, first));
  server.on('upgrade', (request, socket, first) => void onUpgrade(plane, entry, request, socket, first));
}

async function listen(server: TcpServer, { host, port }: SocketAddress): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function listenerOf(plane: DataPlane, server: TcpServer, requests: IdleConnections, at: SocketAddress): Listener {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const address = server.address();
  return {
    host: at.host,
    port: typeof address === 'object' && address !== null ? address.port : at.port,
    close: async (deadline) => {
      const breakOff = (): void => {
        for (const socket of sockets) socket.destroy();
      };
      const closed = new AbortController();
      server.close(() => closed.abort());
      if (deadline.aborted) breakOff();
      else deadline.addEventListener('abort', breakOff, { once: true });
      while (!closed.signal.aborted) {
        // Kept-alive connections have no end of their own once their last answer is through.
        requests.closeIdleConnections();
        await plane.clock.sleep(20, closed.signal).catch(() => undefined);
      }
      deadline.removeEventListener('abort', breakOff);
    },
  };
}
