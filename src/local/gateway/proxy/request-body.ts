import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** Bytes of a body that are kept so that another try, or a mirror, can have it again. */
const KEPT_BYTES = 1024 * 1024;
/** How far a reader may be behind the leading one in a larger body. */
const CHUNKS_BEHIND = 16;

/**
 * A request's body for several readers, one of which sets the pace. Kept from its beginning while it is no larger than
 * `KEPT_BYTES`; beyond that only the readers that keep up have it, and no new one can begin.
 */
export class RequestBody {
  readonly #source: IncomingMessage;
  readonly #chunks: Buffer[] = [];
  #dropped = 0;
  #bytes = 0;
  #ended = false;
  #discarded = false;
  #failure: Error | undefined;
  #wake: (() => void)[] = [];

  constructor(source: IncomingMessage) {
    this.#source = source;
    source.on('data', (chunk: Buffer) => {
      if (this.#discarded) return;
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
      source.pause();
      this.#notify();
    });
    source.on('end', () => {
      this.#ended = true;
      this.#notify();
    });
    source.on('error', (error: Error) => this.#fail(error));
    source.on('close', () => {
      if (!this.#ended) this.#fail(new Error('the client left before the end of its body'));
    });
    source.pause();
  }

  /** Whether a reader can still begin at the beginning. */
  get replayable(): boolean {
    return this.#dropped === 0;
  }

  /** Reads from the beginning. @param leading sets the pace; others that fall behind what is kept fail */
  stream(leading: boolean): Readable {
    const stream = Readable.from(this.#read(leading), { objectMode: false });
    // Whoever reads hears of errors too; this keeps one that comes when nobody reads any more from ending the process.
    stream.on('error', () => undefined);
    return stream;
  }

  /** Nobody reads any more: lets the rest pass, so that the connection can be used again. */
  discard(): void {
    if (this.#discarded || this.#ended) return;
    this.#discarded = true;
    this.#fail(new Error('nobody reads the body any more'));
    this.#chunks.length = 0;
    this.#source.resume();
  }

  async *#read(leading: boolean): AsyncGenerator<Buffer> {
    let next = 0;
    for (;;) {
      if (next < this.#dropped) throw new Error('a slower reader of the body fell behind');
      const chunk = this.#chunks[next - this.#dropped];
      if (chunk !== undefined) {
        next++;
        if (leading && this.#bytes > KEPT_BYTES) this.#drop(next);
        yield chunk;
        continue;
      }
      if (this.#failure) throw this.#failure;
      if (this.#ended) return;
      const woken = new Promise<void>((resolve) => this.#wake.push(resolve));
      if (leading) this.#source.resume();
      await woken;
    }
  }

  #drop(before: number): void {
    const count = before - CHUNKS_BEHIND - this.#dropped;
    if (count <= 0) return;
    this.#chunks.splice(0, count);
    this.#dropped += count;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#notify();
  }

  #notify(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }
}
