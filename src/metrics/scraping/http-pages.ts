import { Agent, request } from 'undici';
import type { ScrapeTarget } from './scrape-target.js';

/** Fetches the text behind a target. @throws Error when there is none; the signal's reason when it is aborted */
export type FetchPage = (target: ScrapeTarget, signal: AbortSignal) => Promise<string>;

/** An answer that is longer is not read to its end, in bytes. */
const MAXIMUM_LENGTH = 16 * 1024 * 1024;
/** How long a connection is kept for the next round, in milliseconds; rounds are further apart when there are many releases. */
const KEEP_ALIVE = 30_000;

/** Fetches over HTTP with connections that are kept. @param resolve where an address is really found */
export function createHttpPages(resolve: (address: string, port: number) => { host: string; port: number }): { fetch: FetchPage; close(): Promise<void> } {
  const agent = new Agent({ connections: 2, pipelining: 1, keepAliveTimeout: KEEP_ALIVE, maxResponseSize: MAXIMUM_LENGTH });
  return {
    async fetch({ address, port, path }, signal) {
      const { host, port: actualPort } = resolve(address, port);
      const response = await request(`http://${host.includes(':') ? `[${host}]` : host}:${actualPort}${path}`, {
        dispatcher: agent,
        signal,
        // What is not asked for OpenMetrics answers in the older form, which all can.
        headers: { accept: 'text/plain;version=0.0.4' },
      });
      if (response.statusCode !== 200) {
        await response.body.dump();
        throw new Error(`answered ${response.statusCode}`);
      }
      return response.body.text();
    },
    close: () => agent.close(),
  };
}
