import { ServerResponse, STATUS_CODES, type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Answer } from './request/answer.js';

/** A peer that is gone is noticed after this, although nothing is sent. */
const KEEP_ALIVE_MILLISECONDS = 30_000;

/** Finds the answer to a request. */
type AnswerOf = (request: IncomingMessage, signal: AbortSignal) => Promise<Answer>;
/** Sends an answer that is no upgrade. */
type SendAnswer = (answer: Answer, request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Requests that ask for another protocol on their connection. Node hands their connections over, so they are owned here:
 * `close` ends them all and waits until nothing is left of what they carried. Who asks where nothing is upgraded is
 * answered as if they had not, and the connection ends.
 */
export class Upgrades {
  readonly #answerOf: AnswerOf;
  readonly #send: SendAnswer;
  readonly #open = new Map<Duplex, Promise<void>>();

  constructor(answerOf: AnswerOf, send: SendAnswer) {
    this.#answerOf = answerOf;
    this.#send = send;
  }

  /** @param head what came behind the request already */
  take(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    // Whoever writes to it hears of its errors; those in between must not end the process.
    connection.on('error', () => undefined);
    const served = this.#serve(request, connection, head).catch(() => undefined);
    this.#open.set(connection, served);
    void served.finally(() => {
      connection.destroy();
      this.#open.delete(connection);
    });
  }

  async close(): Promise<void> {
    const open = [...this.#open];
    for (const [connection] of open) connection.destroy();
    await Promise.all(open.map(([, served]) => served));
  }

  async #serve(request: IncomingMessage, connection: Duplex, head: Buffer): Promise<void> {
    const left = new AbortController();
    connection.once('close', () => left.abort(new Error('the client left')));
    const answer = await this.#answerOf(request, left.signal);
    if (connection.destroyed) return;
    if (answer.serveUpgraded === undefined) return this.#answer(answer, request, connection);
    if (connection instanceof Socket) connection.setKeepAlive(true, KEEP_ALIVE_MILLISECONDS).setNoDelay(true).setTimeout(0);
    const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    connection.write(`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n${headers.join('')}\r\n`);
    if (head.length > 0) connection.unshift(head);
    await answer.serveUpgraded(connection);
  }

  async #answer(answer: Answer, request: IncomingMessage, connection: Duplex): Promise<void> {
    if (!(connection instanceof Socket)) return;
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(connection);
    const sent = new Promise<void>((resolve) => void response.once('close', resolve).once('finish', resolve));
    await this.#send(answer, request, response);
    await sent;
    await new Promise<void>((resolve) => void connection.end(resolve));
  }
}
