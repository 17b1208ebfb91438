import type { Server } from 'node:http';
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { DataPlane } from './data-plane.js';
import type { Entry } from './entry.js';
import { GrpcCall } from './grpc-call.js';

/** How every connection of HTTP/2 without TLS begins that knows beforehand what it speaks to. */
const PREFACE = 'PRI';
/** Milliseconds a connection may be silent at its beginning. */
const FIRST_BYTES_TIMEOUT = 60_000;

/** Closes what has nothing under way. */
export interface IdleConnections {
  closeIdleConnections(): void;
}

/** Has a server of HTTP/1 take calls of gRPC too: the first bytes of a connection tell what it is. */
export function takeCalls(plane: DataPlane, entry: Entry, server: Server): IdleConnections {
  const silent = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const calls = createCallServer(plane, entry, sessions);
  const takers = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    const destroy = (): void => void socket.destroy();
    socket.on('error', destroy);
    socket.setTimeout(FIRST_BYTES_TIMEOUT, destroy);
    socket.once('close', () => silent.delete(socket));
    socket.once('data', (first: Buffer) => {
      silent.delete(socket);
      socket.off('error', destroy).off('timeout', destroy).setTimeout(0);
      socket.pause();
      socket.unshift(first);
      if (first.toString('latin1', 0, PREFACE.length) === PREFACE) {
        // It reads by itself what has come already.
        calls.emit('connection', socket);
        return;
      }
      for (const take of takers) take.call(server, socket);
      socket.resume();
    });
  });
  return {
    closeIdleConnections: () => {
      server.closeIdleConnections();
      for (const socket of silent) socket.destroy();
      for (const session of sessions) if (!session.closed) session.close();
    },
  };
}

function createCallServer(plane: DataPlane, entry: Entry, sessions: Set<ServerHttp2Session>): Http2Server {
  const calls = createServer();
  calls.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => session.destroy());
    session.once('close', () => sessions.delete(session));
  });
  calls.on('sessionError', () => undefined);
  calls.on('stream', (stream, headers) => {
    if (headers['content-type']?.startsWith('application/grpc') === true) {
      new GrpcCall(plane, entry, stream, headers);
      return;
    }
    // Anything else has its way in by HTTP/1, which does more here.
    stream.on('error', () => undefined);
    stream.respond({ ':status': 505, 'content-type': 'text/plain' });
    stream.end('the local gateway takes HTTP/2 for gRPC only\n');
  });
  return calls;
}
