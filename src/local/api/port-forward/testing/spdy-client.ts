import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { constants, createDeflate } from 'node:zlib';
import { headerDictionary } from '../header-dictionary.js';
import { dataFrame, FrameReader, resetFrame, type Frame } from '../spdy-frames.js';

/** How a request to upgrade ended: with a connection, or with an answer. */
export type Upgraded = { readonly connection: Duplex } | { readonly status: number; readonly body: string; readonly headers: IncomingMessage['headers'] };

/** What kubectl sends to have its connection upgraded. */
export const asKubectl = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'portforward.k8s.io' };

/** Asks for an upgrade, by POST unless said otherwise. */
export async function upgrade(url: string, { headers = {}, method = 'POST', ca }: { headers?: Record<string, string>; method?: string; ca?: string } = {}): Promise<Upgraded> {
  const options = { method, headers: { ...asKubectl, ...headers }, agent: false, ...(ca === undefined ? {} : { ca }) } as const;
  const sent = url.startsWith('https:') ? httpsRequest(url, options) : httpRequest(url, options);
  sent.end();
  return new Promise((resolve, reject) => {
    sent.once('error', reject);
    sent.once('upgrade', (_answer, connection, head) => {
      if (head.length > 0) connection.unshift(head);
      resolve({ connection });
    });
    sent.once('response', (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body, headers: answer.headers }));
    });
  });
}

/** One stream as its opener sees it. */
export class OpenedStream {
  readonly chunks: Buffer[] = [];
  state: 'open' | 'ended' | 'reset' = 'open';
  replied = false;
  bytes = 0;

  text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }
}

/** Opens streams as kubectl does, and collects what comes back. */
export class SpdyClient {
  readonly connection: Duplex;
  readonly #deflate = createDeflate({ level: constants.Z_BEST_COMPRESSION, dictionary: headerDictionary() });
  readonly #reader = new FrameReader();
  readonly #streams = new Map<number, OpenedStream>();
  #next = 1;
  #wake: () => void = () => undefined;

  constructor(connection: Duplex) {
    this.connection = connection;
    connection.on('error', () => undefined);
    connection.on('data', (chunk: Buffer) => {
      for (const frame of this.#reader.read(chunk)) this.#take(frame);
      this.#wake();
    });
    connection.once('close', () => this.#wake());
  }

  /** Opens the two streams of a connection to a port; the one for errors is ended at once, as kubectl does it. */
  async forward(port: number, request: string): Promise<{ readonly id: number; readonly data: OpenedStream; readonly error: OpenedStream }> {
    const error = await this.open({ streamtype: 'error', port: String(port), requestid: request });
    this.send(error.id, '', true);
    const data = await this.open({ streamtype: 'data', port: String(port), requestid: request });
    return { id: data.id, data: data.stream, error: error.stream };
  }

  async open(headers: Readonly<Record<string, string>>): Promise<{ readonly id: number; readonly stream: OpenedStream }> {
    const id = this.#next;
    this.#next += 2;
    const stream = new OpenedStream();
    this.#streams.set(id, stream);
    const block = await this.#compressed(headers);
    const body = Buffer.concat([word(id), word(0), Buffer.alloc(2), block]);
    this.connection.write(Buffer.concat([word(0x8003_0001), word(body.length), body]));
    return { id, stream };
  }

  send(id: number, bytes: string | Buffer, fin = false): void {
    this.connection.write(dataFrame(id, Buffer.from(bytes), fin));
  }

  reset(id: number): void {
    this.connection.write(resetFrame(id, 5));
  }

  /** Resolves when something is so; looks again whenever something has come. */
  async until(what: () => boolean): Promise<void> {
    while (!what()) {
      if (this.connection.destroyed) throw new Error('the connection is closed');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async close(): Promise<void> {
    if (this.connection.destroyed) return;
    this.connection.destroy();
    await once(this.connection, 'close');
  }

  #take(frame: Frame): void {
    const stream = 'stream' in frame ? this.#streams.get(frame.stream) : undefined;
    if (stream === undefined) return;
    if (frame.type === 'headers') stream.replied = true;
    if (frame.type === 'reset') stream.state = 'reset';
    if (frame.type !== 'data') return;
    stream.bytes += frame.bytes.length;
    stream.chunks.push(frame.bytes);
    if (frame.fin) stream.state = 'ended';
  }

  async #compressed(headers: Readonly<Record<string, string>>): Promise<Buffer> {
    const parts = Object.entries(headers).flatMap(([name, value]) => [word(name.length), Buffer.from(name), word(value.length), Buffer.from(value)]);
    this.#deflate.write(Buffer.concat([word(parts.length / 4), ...parts]));
    await new Promise<void>((resolve) => this.#deflate.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    return this.#deflate.read() as Buffer;
  }
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
