import { once } from 'node:events';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { issueAuthority, issueServerCertificate } from '../../../src/local/supervisor/certificates.js';
import { systemClock } from '../../../src/ports/clock.js';
import type { Answers } from '../../scenarios/doors.js';

const HOUR = 3_600_000;
/** How a TLS client begins. */
const HANDSHAKE = 0x16;

/** The server of one version, on addresses of its Pods: to whatever is said on a connection, plain or TLS, it answers its name. */
export class ConnectionBackend {
  readonly #servers: readonly Server[];
  readonly #open: Set<Socket>;

  private constructor(servers: readonly Server[], open: Set<Socket>) {
    this.#servers = servers;
    this.#open = open;
  }

  static async start(version: string, addresses: readonly string[], port: number): Promise<ConnectionBackend> {
    const open = new Set<Socket>();
    const validity = { from: systemClock.now() - HOUR, until: systemClock.now() + HOUR };
    const { certificate, key } = await issueServerCertificate(await issueAuthority('lab', validity), ['shop'], validity);
    const serve = (socket: Socket): void => void socket.on('data', () => socket.write(`${version}\n`)).on('error', () => socket.destroy());
    const secure = createTlsServer({ cert: certificate, key }, serve);
    const servers = addresses.map(() =>
      createServer((socket) => {
        open.add(socket.on('error', () => socket.destroy()).on('close', () => open.delete(socket)));
        socket.once('data', (first) => {
          socket.pause();
          socket.unshift(first);
          if (first[0] === HANDSHAKE) secure.emit('connection', socket);
          else serve(socket.resume());
        });
      }),
    );
    await Promise.all(servers.map((server, index) => once(server.listen(port, addresses[index]), 'listening')));
    return new ConnectionBackend(servers, open);
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

/** Where connections come in. */
export interface ConnectionDoor {
  /** On 127.0.0.1. */
  readonly port: number;
  /** The host name that a TLS client asks for; plain TCP when absent. */
  readonly serverName?: string;
}

/** A connection, which asks again and again who is there. */
export class Connection {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open({ port, serverName }: ConnectionDoor): Promise<Connection> {
    const socket = serverName === undefined ? connectTcp(port, '127.0.0.1') : connectTls({ port, host: '127.0.0.1', servername: serverName, rejectUnauthorized: false });
    await once(socket, serverName === undefined ? 'connect' : 'secureConnect');
    return new Connection(socket);
  }

  /** @throws Error when the connection was ended */
  async ask(): Promise<string> {
    if (this.#socket.closed) throw new Error('the connection was ended');
    this.#socket.write('?');
    const answer = await Promise.race([once(this.#socket, 'data'), once(this.#socket, 'close').then(() => undefined)]);
    if (answer === undefined) throw new Error('the connection was ended');
    return String(answer[0]).trim();
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Opens so many connections, eight at a time, and asks once on each. */
export async function askConnections(door: ConnectionDoor, count: number): Promise<Answers> {
  const versions: Record<string, number> = {};
  let [failed, left] = [0, count];
  const one = async (): Promise<void> => {
    const connection = await Connection.open(door);
    try {
      const version = await connection.ask();
      versions[version] = (versions[version] ?? 0) + 1;
    } finally {
      connection.close();
    }
  };
  const worker = async (): Promise<void> => {
    while (left-- > 0) await one().catch(() => failed++);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return { versions, failed };
}
