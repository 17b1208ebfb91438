/** More than this in a queue means that nobody reads; the watch is ended and the client comes again. */
const MOST_WAITING = 20_000;

/** A queue of chunks that is read as a stream. */
export class WatchStream implements AsyncIterable<string> {
  #chunks: string[] = [];
  #ended = false;
  #wake: (() => void) | undefined;
  readonly #onEnd: () => void;

  /** @param onEnd called once, when either side ends it */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  get ended(): boolean {
    return this.#ended;
  }

  push(chunk: string): void {
    if (this.#ended) return;
    this.#chunks.push(chunk);
    if (this.#chunks.length > MOST_WAITING) this.end();
    this.#wake?.();
  }

  /** What was pushed before is still delivered. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    try {
      while (true) {
        const waiting = this.#chunks;
        this.#chunks = [];
        for (const chunk of waiting) yield chunk;
        if (this.#chunks.length > 0) continue;
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    } finally {
      this.end();
    }
  }
}
