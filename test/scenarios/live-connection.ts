import { Agent, WebSocket } from 'undici';
import type { Door } from './doors.js';

/** A WebSocket to the shop, which answers each message with its version. */
export class LiveConnection {
  /** The code and reason of its end. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #socket: WebSocket;

  readonly #agent: Agent;

  private constructor(socket: WebSocket, agent: Agent) {
    this.#socket = socket;
    this.#agent = agent;
    this.closed = new Promise((resolve) => socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }), { once: true }));
  }

  /** Waits for the greeting. */
  static async open({ url, headers }: Door): Promise<LiveConnection> {
    const { host = '', ...others } = headers;
    const { hostname, port, pathname } = new URL(url);
    // A host header of one's own is left out by WebSocket: the name is asked for, and leads to the gateway.
    const agent = new Agent({ connect: { lookup: (_name, _options, answer) => answer(null, [{ address: hostname, family: 4 }]) } });
    const socket = new WebSocket(`ws://${host}:${port}${pathname}`, { headers: others, dispatcher: agent });
    const connection = new LiveConnection(socket, agent);
    await connection.#next();
    return connection;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Asks over the open connection which version holds it. @throws Error when it is closed */
  async version(): Promise<string> {
    const answer = this.#next();
    this.#socket.send('which version?');
    return answer;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.closed;
    await this.#agent.destroy();
  }

  #next(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#socket.addEventListener('message', ({ data }) => resolve(String(data)), { once: true });
      this.closed.then(({ code, reason }) => reject(new Error(`closed with ${code}: ${reason}`)), reject);
    });
  }
}
