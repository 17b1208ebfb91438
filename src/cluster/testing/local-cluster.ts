import { createApi, type Api } from '../../local/api/api.js';
import { memoryStore } from '../../local/api/memory-store.js';
import type { Clock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import type { ApiRequest, Transport } from '../../ports/transport.js';

/** What the API takes over sockets. */
export const TOKEN = 'test-token';
const ADMINISTRATOR = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };

export interface LocalCluster {
  readonly api: Api;
  /** Straight into the API. */
  readonly transport: Transport;
  close(): Promise<void>;
}

/** A real API in this process, in whatever time the clock tells. */
export function localCluster(clock: Clock): LocalCluster {
  const store = memoryStore();
  const api = createApi({ store, clock, random: seededRandom(1), users: new Map([[TOKEN, ADMINISTRATOR]]) });
  return {
    api,
    transport: api.transport(),
    async close() {
      await api.close();
      await store.close();
    },
  };
}

/** What a test does to one request; it may call `send` or not. */
export type Interception = (request: ApiRequest, send: () => ReturnType<Transport['request']>) => ReturnType<Transport['request']>;

/** A transport whose plain requests go through `intercept`. */
export function intercepted(transport: Transport, intercept: Interception): Transport {
  return { request: (request) => intercept(request, () => transport.request(request)), stream: (request) => transport.stream(request) };
}

/** Waits until the request is given up. */
export function hang(request: ApiRequest): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = (): void => reject(new Error('given up'));
    if (request.signal?.aborted) giveUp();
    request.signal?.addEventListener('abort', giveUp, { once: true });
  });
}
