import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import { arrivalTimes } from './arrivals.js';
import { LatencyHistogram } from './latency-histogram.js';
import { runLoad, type LoadOptions } from './load.js';
import type { LoadReport } from './tally.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(handler: RequestListener): Promise<string> {
  server = createServer(handler);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const options = (url: string, more: Partial<LoadOptions> = {}): LoadOptions => ({ url, rate: 200, arrivals: 'even', clock: systemClock, random: seededRandom(3), durationSeconds: 1.2, ...more });

describe('load', () => {
  it('sends what it was told and counts what comes back', async () => {
    let count = 0;
    const users = new Set<unknown>();
    const url = await serve((request, response) => {
      users.add(request.headers.cookie);
      const version = count++ % 4 === 0 ? 'v2' : 'v1';
      response.writeHead(version === 'v2' ? 500 : 200, { 'x-version': version }).end('ok');
    });
    const seconds: LoadReport[] = [];
    const numbers: number[] = [];
    const report = await runLoad(
      options(url, {
        observe: { header: 'x-version' },
        users: { count: 10, carrier: { cookie: 'user' } },
        onSecond: (second, each) => {
          numbers.push(second);
          seconds.push(each);
        },
      }),
      new AbortController().signal,
    );
    expect(report).toMatchObject({ sent: 240, answered: 240, failed: 60, statuses: { 200: 180, 500: 60 }, errors: {} });
    expect(report.observed).toMatchObject({ v1: { answered: 180, failed: 0, users: 10 }, v2: { answered: 60, failed: 60 } });
    // One more each for a machine that answers the last of them late.
    expect(numbers.length).toBeGreaterThanOrEqual(2);
    expect(numbers).toEqual(numbers.map((_, index) => index));
    expect(seconds.reduce((sum, { sent }) => sum + sent, 0)).toBe(240);
    expect(users.size).toBe(10);
    expect(report.latency.p50).toBeLessThanOrEqual(report.latency.max);
  });

  it('does not wait for answers', async () => {
    const waiting: (() => void)[] = [];
    const url = await serve((_, response) => {
      waiting.push(() => response.end('version: v7!'));
      if (waiting.length === 60) for (const answer of waiting) answer();
    });
    const report = await runLoad(options(url, { durationSeconds: 0.3, observe: { body: /version: (\w+)/ } }), new AbortController().signal);
    expect(report).toMatchObject({ sent: 60, answered: 60, observed: { v7: { answered: 60, failed: 0, users: 0 } } });
  });

  it('counts refused connections and timeouts as failures, and stops when told', async () => {
    const url = await serve(() => undefined);
    expect(await runLoad(options(url, { durationSeconds: 0.1, timeout: 50 }), new AbortController().signal)).toMatchObject({ sent: 20, answered: 0, failed: 20, errors: { timeout: 20 } });
    const stopping = new AbortController();
    const closed = 'http://127.0.0.1:1/';
    const report = await runLoad({ ...options(closed), durationSeconds: 60, onSecond: () => stopping.abort() }, stopping.signal);
    expect(report.errors).toEqual({ ECONNREFUSED: report.sent });
    expect(report.sent).toBeLessThan(2_000);
  });
});

describe('arrivals', () => {
  it('are the same for the same seed, and as many as the rate says', () => {
    const first = (seed: number): number[] => {
      const times = arrivalTimes(100, 'poisson', seededRandom(seed));
      return Array.from({ length: 10_000 }, () => times.next().value);
    };
    expect(first(5)).toEqual(first(5));
    // The sum of 10,000 exponential gaps of 10 ms: 5 standard deviations are 5 %.
    expect(Math.abs((first(5).at(-1) ?? 0) - 100_000)).toBeLessThan(5_000);
  });
});

describe('histogram', () => {
  it('knows quantiles to within one bucket', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.02, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 200 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (values, quantile) => {
        const histogram = new LatencyHistogram();
        for (const value of values) histogram.add(value);
        const exact = [...values].sort((a, b) => a - b)[Math.ceil(quantile * values.length) - 1] ?? 0;
        const found = histogram.quantile(quantile);
        return found >= exact * 0.999 && found <= exact * 2 ** (1 / 16) * 1.001;
      }),
    );
  });
});
