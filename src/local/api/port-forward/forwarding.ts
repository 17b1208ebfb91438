import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../ports/clock.js';
import { serveSpdy } from './spdy-connection.js';
import type { SpdyStream } from './spdy-stream.js';

const PAIR_MILLISECONDS = 30_000;

/** What is forwarded to, and how it is called in messages. */
export interface ForwardTarget {
  /** Such as `error forwarding port 80 to pod web, uid …`. */
  readonly name: (port: number) => string;
  /** Where a port is found on this machine. @throws Error that says why the Pod cannot be reached any more */
  readonly address: (port: number) => { readonly host: string; readonly port: number; readonly shown: string };
}

interface Pair {
  /** Ends the waiting for the other stream. */
  readonly whole: AbortController;
  data?: SpdyStream;
  error?: SpdyStream;
}

/**
 * Serves a port-forward on an upgraded connection: for each connection to its own port the client opens a stream for
 * errors and one for data, which is connected to the Pod. Resolves when the connection has ended, with all that came of it.
 */
export async function servePortForward(connection: Duplex, target: ForwardTarget, clock: Clock): Promise<void> {
  const pairs = new Map<string, Pair>();
  const under = new Set<Promise<void>>();
  const owned = (work: Promise<void>): void => {
    under.add(work);
    void work.finally(() => under.delete(work));
  };

  const pairOf = (request: string): Pair => {
    const known = pairs.get(request);
    if (known !== undefined) return known;
    const pair: Pair = { whole: new AbortController() };
    pairs.set(request, pair);
    const late = (): void => {
      pairs.delete(request);
      endWith(pair.error, `(request=${request}) timed out waiting for streams`);
      pair.data?.destroy();
    };
    owned(clock.sleep(PAIR_MILLISECONDS, pair.whole.signal).then(late, () => undefined));
    return pair;
  };

  const add = (request: string, port: number, type: 'data' | 'error', stream: SpdyStream): void => {
    const pair = pairOf(request);
    if (pair[type] !== undefined) return endWith(pair.error, `error processing stream for request ${request}: ${type} stream already assigned`);
    pair[type] = stream;
    if (pair.data === undefined || pair.error === undefined) return;
    pairs.delete(request);
    pair.whole.abort();
    owned(forward(pair.data, pair.error, port, target));
  };

  try {
    await serveSpdy(connection, (headers, id) => {
      const port = Number(headers.get('port'));
      const type = headers.get('streamtype');
      if (!Number.isInteger(port) || port < 1 || port > 65_535 || (type !== 'data' && type !== 'error')) return undefined;
      // Clients before 1.3 number nothing: of a pair the error stream comes first.
      const request = headers.get('requestid') ?? String(type === 'error' ? id : id - 2);
      return (stream) => add(request, port, type, stream);
    });
  } finally {
    for (const { whole } of pairs.values()) whole.abort();
    await Promise.all(under);
  }
}

/** Connects a stream to a port of the Pod, until both sides have said all; never throws. */
async function forward(data: SpdyStream, errors: SpdyStream, port: number, target: ForwardTarget): Promise<void> {
  errors.resume();
  try {
    const socket = await dial(target.address(port), data);
    if (socket !== undefined) await joined(data, errors, socket);
    errors.end();
  } catch (error) {
    endWith(errors, `${target.name(port)}: ${error instanceof Error ? error.message : String(error)}`);
    data.resume();
    data.end();
  }
}

/** @returns undefined when the client left before. @throws Error in the words of a dialler of Go */
async function dial({ host, port, shown }: ReturnType<ForwardTarget['address']>, client: SpdyStream): Promise<Socket | undefined> {
  if (client.destroyed) return undefined;
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
  const leave = (): void => void socket.destroy();
  client.once('close', leave);
  try {
    return await new Promise<Socket | undefined>((resolve, reject) => {
      socket.once('connect', () => resolve(socket));
      socket.once('error', (error) => reject(new Error(`failed to connect to ${shown}: dial tcp ${shown}: connect: ${reasonOf(error)}`)));
      socket.once('close', () => resolve(undefined));
    });
  } finally {
    client.off('close', leave);
  }
}

/**
 * Each side may say its last word before the other; resolves when the socket is closed. A side that breaks off takes the
 * other along, which is no error. Clients wait for the end of the stream of errors as soon as the Pod has ended.
 */
async function joined(data: SpdyStream, errors: SpdyStream, socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  socket.once('end', () => errors.end());
  data.once('close', () => socket.destroy());
  data.pipe(socket).pipe(data);
  if (data.destroyed) socket.destroy();
  await closed;
  // What is still sent must not hold up the others.
  data.resume();
  data.end();
}

function endWith(errors: SpdyStream | undefined, message: string): void {
  if (errors === undefined || errors.destroyed || errors.writableEnded) return;
  errors.resume();
  errors.end(message);
}

function reasonOf(error: Error): string {
  const code = 'code' in error ? error.code : '';
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'EHOSTUNREACH' || code === 'EADDRNOTAVAIL' || code === 'ENETUNREACH') return 'no route to host';
  if (code === 'ETIMEDOUT') return 'connection timed out';
  return error.message;
}
