import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { VirtualClock } from '../../ports/virtual-clock.js';
import type { PlannedMetric } from '../../model/policy/analysis.js';
import { collectorFor } from '../collector-for.js';
import { NoReading } from '../reading.js';
import { AnsweringServer } from '../testing/answering-server.js';
import { about, collected, measuring, podOf } from '../testing/measuring.js';
import { createDatadogSource } from './datadog-source.js';

const KEYS = { datadog: { api: 'api-key-1234', application: 'app-key-5678' } };

/** A small server that answers as the API's reference documents it. */
describe('Datadog', () => {
  const clock = new VirtualClock();
  const signal = new AbortController().signal;
  const deps = measuring({ clock, secrets: KEYS, pods: [podOf('web-old', 'old', 0), podOf('web-new', 'new', 0)] });
  let server: AnsweringServer;
  beforeAll(async () => void (server = await new AnsweringServer().start()));
  afterAll(async () => {
    await deps.requester.stop();
    await server.stop();
  });

  const settings = (more: object = {}) => ({ address: server.address, every: '15s', timeout: '10s', apiKey: { secret: 'datadog', key: 'api' }, applicationKey: { secret: 'datadog', key: 'application' }, ...more });
  const sourceOf = (more: object = {}, since?: number) => createDatadogSource({ settings: settings(more), namespace: 'shop', requester: deps.requester, secrets: deps.secrets, clock, ...(since === undefined ? {} : { since }) });
  const series = (...all: { tags: string[]; points: [number, number | null][] }[]): string =>
    JSON.stringify({ status: 'ok', res_type: 'time_series', series: all.map(({ tags, points }) => ({ metric: 'requests', scope: tags.join(','), tag_set: tags, pointlist: points })) });
  const failure = async (status: number, body: string): Promise<string> => {
    server.answer = () => ({ status, body });
    return sourceOf()('x', signal).then(String, (error: unknown) => (error instanceof NoReading ? `${error.kind}: ${error.message}` : String(error)));
  };

  it('asks for the last minutes, with both keys as headers, and takes the newest point of each series', async () => {
    server.answer = () => ({ body: series({ tags: ['pod_name:web-old', 'env:prod', 'plain'], points: [[1000, 4], [3000, 6.5], [4000, null]] }, { tags: ['pod_name:web-new'], points: [[2000, 3]] }, { tags: [], points: [[2000, null]] }) });
    expect(await sourceOf()('avg:cpu{env:prod} by {pod_name}', signal)).toEqual({
      at: 3000,
      series: [{ labels: { pod: 'web-old', env: 'prod', plain: '' }, value: 6.5, at: 3000 }, { labels: { pod: 'web-new' }, value: 3, at: 2000 }],
    });
    const [seen] = server.seen;
    const now = Math.floor(clock.now() / 1000);
    expect([seen?.method, seen?.url.pathname, Object.fromEntries(seen?.url.searchParams ?? [])]).toEqual(['GET', '/api/v1/query', { from: String(now - 300), to: String(now), query: 'avg:cpu{env:prod} by {pod_name}' }]);
    expect([seen?.headers['dd-api-key'], seen?.headers['dd-application-key']]).toEqual(['api-key-1234', 'app-key-5678']);
  });

  it('makes blocks of cumulated counts, over a time that always begins at the same moment', async () => {
    const metric: PlannedMetric = { name: 'errors', errorRate: {}, from: { datadog: settings({ podTag: 'pod', all: 'cumsum(sum:hits{*} by {pod}.as_count())', bad: 'cumsum(sum:errors{*} by {pod}.as_count())' }) } };
    const collector = collectorFor(metric, about(clock.now()), deps);
    const begun = Math.floor(clock.now() / 1000);
    const counts = { old: 100, new: 10, bad: 0 };
    let at = clock.now();
    server.answer = ({ url }) => ({
      body: url.searchParams.get('query')?.includes('errors')
        ? series(...(counts.bad > 0 ? [{ tags: ['pod:web-new'], points: [[at, counts.bad] as [number, number]] }] : []))
        : series({ tags: ['pod:web-old'], points: [[at, counts.old]] }, { tags: ['pod:web-new'], points: [[at, counts.new]] }),
    });
    expect(collector.interval).toBe(15_000);
    expect(await collected(collector)).toBeUndefined();
    await clock.advance(15_000);
    Object.assign(counts, { old: 190, new: 20, bad: 2 });
    at = clock.now();
    expect(await collected(collector)).toMatchObject({ kind: 'errorRate', block: { at, stable: { requests: 90, bad: 0 }, canary: { requests: 10, bad: 2 } } });
    expect(server.seen.at(-1)?.url.searchParams.get('from')).toBe(String(begun));
    // Coarser pieces: a little less, and no new beginning.
    await clock.advance(15_000);
    Object.assign(counts, { old: 189, new: 25 });
    at = clock.now();
    expect(await collected(collector)).toMatchObject({ block: { stable: { requests: 0, bad: 0 }, canary: { requests: 5, bad: 0 } } });
  });

  it('reads histograms by the tag upper_bound', async () => {
    const collector = collectorFor({ name: 'latency', latency: {}, from: { datadog: settings({ histogram: 'cumsum(sum:took_seconds.bucket{*} by {pod_name,upper_bound}.as_count())' }) } }, about(clock.now()), deps);
    let count = 1;
    server.answer = () => ({ body: series(...['web-old', 'web-new'].flatMap((pod) => [['0.5', count], ['inf', 2 * count]].map(([edge, value]) => ({ tags: [`pod_name:${pod}`, `upper_bound:${edge}`], points: [[clock.now(), Number(value)] as [number, number]] })))) });
    expect(await collected(collector)).toBeUndefined();
    await clock.advance(15_000);
    count = 4;
    expect(await collected(collector)).toMatchObject({ kind: 'latency', block: { edges: [500], stable: [3, 3], canary: [3, 3] } });
  });

  it('says why there is no answer, without the keys', async () => {
    expect(await failure(403, '{"errors":["Forbidden: api-key-1234"]}')).toBe('failed: Datadog answered 403: Forbidden: ***');
    expect(await failure(400, '{"errors":["Error parsing query: x"]}')).toBe('failed: Datadog answered 400: Error parsing query: x');
    expect(await failure(200, '{"status":"error","error":"Rate limit of app-key-5678 reached"}')).toBe('failed: Datadog answered 200: Rate limit of *** reached');
    expect(await failure(200, '<html>')).toBe('failed: Datadog answered 200: <html>');
    expect(await failure(200, '{"status":"ok","series":[]}')).toBe('waiting: the query has no result yet');
    const missing = sourceOf({ applicationKey: { secret: 'datadog', key: 'app' } });
    await expect(missing('x', signal)).rejects.toThrow('Secret datadog in shop has no key app');
  });

  it('reads keys anew once they are not taken', async () => {
    const read = vi.spyOn(deps.secrets, 'doubt');
    await failure(401, '{"errors":["Unauthorized"]}');
    expect(read.mock.calls).toEqual([['shop', 'datadog'], ['shop', 'datadog']]);
  });
});
