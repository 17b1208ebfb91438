import { Duplex } from 'node:stream';
import { dataFrame, RESET, resetFrame } from './spdy-frames.js';

/** So much of one stream waits for a reader before the whole connection waits. */
const WAITING_BYTES = 1024 * 1024;

/** Sends a frame; `done` once the connection took it, so that who writes waits for a slow peer. */
export type SendFrame = (frame: Buffer, done: (error?: Error | null) => void) => void;

/** One stream of a SPDY connection, opened by the peer: what it sent is read, what is written goes to it. */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly #send: SendFrame;
  #reset = false;
  #hungry: (() => void) | undefined;

  constructor(id: number, headers: ReadonlyMap<string, string>, send: SendFrame) {
    super({ allowHalfOpen: true, readableHighWaterMark: WAITING_BYTES });
    this.id = id;
    this.headers = headers;
    this.#send = send;
  }

  /** Takes in what the peer sent; resolves when more may come, or nobody reads any more. */
  async receive(bytes: Buffer): Promise<void> {
    if (this.destroyed || this.readableEnded || bytes.length === 0 || this.push(bytes)) return;
    await new Promise<void>((resolve) => {
      this.#hungry = resolve;
      if (this.destroyed) resolve();
    });
    this.#hungry = undefined;
  }

  /** The peer sends no more. */
  finish(): void {
    if (!this.destroyed && !this.readableEnded) this.push(null);
  }

  /** The peer wants no more of it, or is gone: nothing is sent any more. */
  dropped(why: Error): void {
    this.#reset = true;
    this.destroy(why);
  }

  override _read(): void {
    this.#hungry?.();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(dataFrame(this.id, chunk, false), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#send(dataFrame(this.id, new Uint8Array(0), true), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#hungry?.();
    const ended = this.readableEnded && this.writableFinished;
    if (!ended && !this.#reset) this.#send(resetFrame(this.id, RESET.cancelled), () => undefined);
    done(error);
  }
}
