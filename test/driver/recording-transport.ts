import type { ApiRequest, Transport } from '../../src/ports/transport.js';

/** What the controller sent, but for reads. */
export class Recording {
  readonly writes: ApiRequest[] = [];

  wrap(inner: Transport): Transport {
    return {
      stream: (request) => inner.stream(request),
      request: (request) => {
        if (request.method !== 'GET' && request.method !== 'HEAD') this.writes.push(request);
        return inner.request(request);
      },
    };
  }

  /** Takes what was written since the last time, in a few words. */
  take(): string[] {
    return this.writes.splice(0).map(({ method, path }) => `${method} ${path}`);
  }
}
