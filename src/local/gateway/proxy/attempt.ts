import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Endpoint } from '../configuration/endpoints.js';
import type { Exchange } from './exchange.js';

/** One try of a request at one endpoint. Written against undici's handler of raw headers, which costs the least. */
export class Attempt implements Dispatcher.DispatchHandler {
  readonly endpoint: Endpoint;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  readonly #exchange: Exchange;
  readonly #response: ServerResponse;
  status = 0;
  timedOut = false;
  cancelTimeout: (() => void) | undefined;
  #abort: ((error?: Error) => void) | undefined;
  #abandoned = false;
  #ended = false;
  /** Set while the answer is passed on; not when it is thrown away. */
  #passing = false;

  constructor(exchange: Exchange, endpoint: Endpoint, response: ServerResponse, startedAt: number) {
    this.#exchange = exchange;
    this.endpoint = endpoint;
    this.#response = response;
    this.startedAt = startedAt;
  }

  /** Nobody waits for this try any more. */
  abandon(): void {
    this.#abandoned = true;
    if (!this.#ended) this.#abort?.(new Error('abandoned'));
  }

  timeOut(): void {
    if (this.#ended || this.status !== 0) return;
    this.timedOut = true;
    if (this.#abort) this.#abort(new Error('timed out'));
    // Still waiting for a connection: undici cannot take the request back, so it is dropped when one comes.
    else this.#exchange.onFailure(this, new Error('timed out'), false);
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#abandoned || this.timedOut) return abort(new Error('abandoned'));
    this.#abort = abort;
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void, statusText: string): boolean {
    if (status < 200) return true;
    this.cancelTimeout?.();
    this.status = status;
    this.#passing = this.#exchange.onHeaders(this, status, headers, statusText);
    this.#resume = resume;
    return true;
  }

  #resume: () => void = () => undefined;

  onData(chunk: Buffer): boolean {
    if (!this.#passing || this.#abandoned) return true;
    if (this.#response.write(chunk)) return true;
    this.#response.once('drain', this.#resume);
    return false;
  }

  onComplete(trailers: string[] | null): void {
    this.#end(this.status, '');
    if (this.#passing) this.#exchange.onComplete(this, trailers ?? []);
  }

  onError(error: Error): void {
    const connected = this.#abort !== undefined;
    if (this.#ended) return;
    if (connected) this.#end(this.status, this.#abandoned ? 'DC' : 'UC');
    else {
      this.#leave();
      // A sidecar of its own would have answered for a program that does not listen.
      if (!this.#abandoned && !this.timedOut && !this.#exchange.plane.isLeaving(this.endpoint)) this.#exchange.recordServed(this, 503, 'UF');
    }
    if (!this.#abandoned) this.#exchange.onFailure(this, error, connected);
  }

  #end(code: number, flags: string): void {
    this.#leave();
    this.#exchange.recordServed(this, code, flags);
  }

  #leave(): void {
    this.#ended = true;
    this.cancelTimeout?.();
    this.endpoint.active--;
  }
}
