import { createServer, request, type IncomingMessage, type RequestOptions } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What stands between a command and a server. */
export interface Forwarder {
  readonly url: string;
  /** Changes what is asked of the server. */
  asking: (options: RequestOptions) => RequestOptions;
  /** Changes the JSON that the server answers to a GET. */
  answering: (body: string) => string;
  /** Ids after which streams went on, in the order in which they were opened; undefined for one that began. */
  readonly streams: (string | undefined)[];
  /** Cuts everything that is open, and refuses what comes until `mend`. */
  cut(): void;
  mend(): void;
  stop(): Promise<void>;
}

/** Forwards requests to a server over sockets, as a proxy on the way does, and tells lies where a test wants them. */
export async function startForwarder(to: string): Promise<Forwarder> {
  const streams: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((incoming, outgoing) => {
    if (isCut) return void incoming.socket.destroy();
    const isStream = incoming.headers.accept === 'text/event-stream';
    if (isStream) streams.push(incoming.headers['last-event-id']?.toString());
    const { hostname, port } = new URL(to);
    const asked = request(forwarder.asking({ host: hostname, port, method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers: { ...incoming.headers, host: `${hostname}:${port}` } }), (answer) => {
      if (isStream) {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        return void answer.pipe(outgoing);
      }
      void textOf(answer).then((text) => {
        const { 'content-length': _length, ...headers } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, headers).end(incoming.method === 'GET' ? forwarder.answering(text) : text);
      });
    });
    asked.on('error', () => outgoing.destroy());
    outgoing.on('close', () => asked.destroy());
    incoming.pipe(asked);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const forwarder: Forwarder = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asking: (options) => options,
    answering: (body) => body,
    streams,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => void (isCut = false),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return forwarder;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
  return text;
}
