import { seededRandom } from '../../../ports/random.js';
import type { ApiRequest, Transport } from '../../../ports/transport.js';
import { VirtualClock } from '../../../ports/virtual-clock.js';
import { createApi, type ApiOptions } from '../api.js';
import { memoryStore } from '../memory-store.js';
import type { Store } from '../store.js';

/** An API over a memory store in virtual time, and short ways to ask it. */
export function startApi(options: Partial<ApiOptions> & { store?: Store } = {}) {
  const clock = new VirtualClock();
  const store = options.store ?? memoryStore();
  const api = createApi({ store, clock, random: seededRandom(1), ...options });
  const transport = api.transport();
  return { api, clock, store, transport, call: caller(transport) };
}

/** Sends JSON, reads JSON. A query may follow the path. */
export function caller(transport: Transport) {
  return async (method: ApiRequest['method'], path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const [plain = '', query] = path.split('?');
    const answer = await transport.request({
      method,
      path: plain,
      query: new URLSearchParams(query),
      headers: { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { ...answer, json: answer.headers['content-type']?.includes('json') ? JSON.parse(answer.body) : undefined };
  };
}

/** The first events of a watch, as `TYPE name`. */
export async function firstEvents(chunks: AsyncIterable<string>, count: number): Promise<string[]> {
  const seen: string[] = [];
  for await (const chunk of chunks) {
    for (const line of chunk.split('\n').filter((each) => each !== '')) {
      const { type, object } = JSON.parse(line);
      seen.push(`${type} ${object.metadata?.name ?? object.metadata?.resourceVersion ?? object.code}`);
    }
    if (seen.length >= count) return seen;
  }
  return seen;
}
