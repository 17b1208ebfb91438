import { Agent, request } from 'undici';
import type { Scrape } from './request-counter.js';

/** How long one Pod may take to answer, in milliseconds. */
const TIMEOUT = 2000;
/** An answer that is longer is not read to its end, in bytes. */
const MAXIMUM_LENGTH = 8 * 1024 * 1024;

/** Scrapes over HTTP with connections that are kept. @param resolve where an address is really found */
export function createHttpScrape(resolve: (address: string, port: number) => { host: string; port: number }): { scrape: Scrape; close(): Promise<void> } {
  const agent = new Agent({ connections: 1, pipelining: 1, keepAliveTimeout: 30_000, headersTimeout: TIMEOUT, bodyTimeout: TIMEOUT, maxResponseSize: MAXIMUM_LENGTH, connect: { timeout: TIMEOUT } });
  return {
    async scrape({ address, port, path }, signal) {
      const { host, port: actualPort } = resolve(address, port);
      const response = await request(`http://${host.includes(':') ? `[${host}]` : host}:${actualPort}${path}`, { dispatcher: agent, signal });
      const text = await response.body.text();
      if (response.statusCode !== 200) throw new Error(`${address}:${port}${path} answered ${response.statusCode}`);
      return text;
    },
    close: () => agent.close(),
  };
}
