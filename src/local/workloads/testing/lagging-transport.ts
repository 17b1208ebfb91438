import type { Clock } from '../../../ports/clock.js';
import type { Transport } from '../../../ports/transport.js';

/** Requests are answered as ever, but each chunk of a watch comes `delay` milliseconds late: caches lag behind. */
export function laggingTransport(transport: Transport, clock: Clock, delay: number): Transport {
  return {
    request: (request) => transport.request(request),
    async stream(request) {
      const stream = await transport.stream(request);
      return { ...stream, chunks: late(stream.chunks, clock, delay, request.signal) };
    },
  };
}

async function* late(chunks: AsyncIterable<string>, clock: Clock, delay: number, signal: AbortSignal | undefined): AsyncGenerator<string> {
  for await (const chunk of chunks) {
    await clock.sleep(delay, signal);
    yield chunk;
  }
}
