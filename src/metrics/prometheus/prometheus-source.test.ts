import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { certificates } from '../../cluster/testing/certificates.js';
import { NoReading } from '../reading.js';
import { AnsweringServer, type Said } from '../testing/answering-server.js';
import { measuring } from '../testing/measuring.js';
import { createPrometheusSource, type PrometheusSettings } from './prometheus-source.js';

const NOW = 1_700_000_000;
const SECRETS = { prom: { token: 't0ken-of-ours', user: 'reader', password: 'pass-w0rd!', ca: certificates.ca } };

/** An answer as Prometheus gives it; samples by value and age in seconds. */
const vector = (samples: readonly { labels?: Record<string, string>; value: string; age?: number }[], more: object = {}): string =>
  JSON.stringify({
    status: 'success', ...more,
    data: {
      resultType: 'vector',
      result: samples.flatMap(({ labels = {}, value, age }) => [
        { metric: { __name__: 'x', ...labels }, value: [NOW, value] },
        ...(age === undefined ? [] : [{ metric: { ...labels, serin_sample_time: '1' }, value: [NOW, String(NOW - age)] }]),
      ]),
    },
  });

describe('what Prometheus answers', () => {
  let server: AnsweringServer;
  const deps = measuring({ secrets: SECRETS });
  const signal = new AbortController().signal;
  beforeAll(async () => void (server = await new AnsweringServer().start()));
  beforeEach(() => void (server.seen.length = 0));
  afterAll(async () => {
    await deps.requester.stop();
    await server.stop();
  });

  const sourceOf = (more: Partial<PrometheusSettings> = {}) =>
    createPrometheusSource({ settings: { address: `${server.address}/prom/`, every: '1ms', timeout: '10s', ...more }, namespace: 'shop', requester: deps.requester, secrets: deps.secrets });
  const ask = async (said: Said | ((query: string) => Said), more: Partial<PrometheusSettings> = {}, query = 'x'): Promise<unknown> => {
    server.answer = ({ body }) => (typeof said === 'function' ? said(new URLSearchParams(body).get('query') ?? '') : said);
    try {
      return await sourceOf(more)(query, signal);
    } catch (error) {
      if (!(error instanceof NoReading)) throw error;
      return `${error.kind}: ${error.message}`;
    }
  };

  it('posts the query as a form, and gives samples their own times', async () => {
    const reading = await ask({ body: vector([{ labels: { pod: 'a' }, value: '5', age: 3.5 }, { labels: { pod: 'b' }, value: '+Inf', age: 7 }]) }, {}, 'x{a="b"} # all');
    expect(reading).toEqual({ at: (NOW - 3.5) * 1000, series: [{ labels: { __name__: 'x', pod: 'a' }, value: 5, at: (NOW - 3.5) * 1000 }, { labels: { __name__: 'x', pod: 'b' }, value: Infinity, at: (NOW - 7) * 1000 }] });
    const [seen] = server.seen;
    expect([seen?.method, seen?.url.pathname, seen?.url.search, seen?.headers['content-type']]).toEqual(['POST', '/prom/api/v1/query', '', 'application/x-www-form-urlencoded']);
    expect(new URLSearchParams(seen?.body).get('query')).toContain('timestamp((x{a="b"} # all\n))');
  });

  it('takes what has no times of its own as of the moment of the question', async () => {
    expect(await ask({ body: vector([{ value: '5', age: 0 }]) })).toEqual({ at: NOW * 1000, series: [{ labels: { __name__: 'x' }, value: 5 }] });
    const refusing = (query: string): Said => (query === '3' ? { body: JSON.stringify({ status: 'success', data: { resultType: 'scalar', result: [NOW, '3'] } }) } : { status: 400, body: '{"status":"error","errorType":"bad_data","error":"1:3: got scalar"}' });
    expect(await ask(refusing, {}, '3')).toEqual({ at: NOW * 1000, series: [{ labels: {}, value: 3 }] });
    expect(server.seen.length).toBe(3);
  });

  it('does not ask twice for times that it cannot have', async () => {
    const source = sourceOf();
    server.answer = ({ body }) => (body.includes('timestamp') ? { status: 422, body: '{"status":"error","errorType":"execution","error":"no"}' } : { body: vector([{ value: '1' }]) });
    for (let times = 0; times < 3; times++) await source('x', signal);
    expect(server.seen.length).toBe(4);
  });

  it('waits while there is nothing, no number, or nothing of now', async () => {
    expect(await ask({ body: vector([]) })).toBe('waiting: the query has no result yet');
    expect(await ask({ body: vector([], { warnings: ['a store is gone'] }) })).toBe('waiting: the query has no result yet (Prometheus warns: a store is gone)');
    expect(await ask({ body: vector([{ value: 'NaN' }]) })).toBe('waiting: the query gives NaN: there is nothing to divide yet');
    expect(await ask({ body: vector([{ value: '1', age: 301 }, { labels: { pod: 'b' }, value: '1', age: 400 }]) })).toBe('waiting: the newest sample is 5m1s old');
    expect(await ask({ body: vector([{ labels: { pod: 'a' }, value: '1', age: 400 }, { labels: { pod: 'b' }, value: 'NaN', age: 1 }, { labels: { pod: 'c' }, value: '2', age: 2 }], { warnings: ['partly'] }) })).toMatchObject({ series: [{ labels: { pod: 'c' }, value: 2 }], warnings: ['partly'] });
  });

  it('says why there is no answer', async () => {
    const at = (text: string): string => `failed: Prometheus at ${server.address}/prom/: ${text}`;
    const error = (errorType: string, text: string): string => JSON.stringify({ status: 'error', errorType, error: text });
    expect(await ask({ status: 400, body: error('bad_data', '1:5: parse error') })).toBe(at('it refuses the query (bad_data): 1:5: parse error'));
    expect(await ask({ status: 422, body: error('execution', 'too many samples') })).toBe(at('it refuses the query (execution): too many samples'));
    expect(await ask({ status: 503, body: error('timeout', 'query timed out') })).toBe(at('it refuses the query (timeout): query timed out'));
    expect(await ask({ status: 502, body: 'Bad Gateway' })).toBe(at('it answered 502'));
    expect(await ask({ status: 404, body: 'not found' })).toBe(at('it answered 404: nothing at this address answers as Prometheus does; does the address lack a path?'));
    expect(await ask({ status: 401 })).toBe(at('it answered 401: it takes no questions without the right token or basic'));
    expect(await ask({ body: '<html>' })).toBe(at('its answer is none of Prometheus'));
    expect(await ask({ body: '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{}]}]}}' })).toBe('failed: the query gives native histograms; ask for classic ones, by le');
    expect(await ask({ body: '{"status":"success","data":{"resultType":"vector","result":[7]}}' })).toBe(at('its answer holds something that is no series'));
    expect(await ask({ body: '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1]}]}}' })).toBe(at('its answer holds something that is no sample'));
  });

  it('proves who asks, and tells nobody how', async () => {
    const refusal = ({ headers }: { headers: Record<string, unknown> }): Said => ({ status: 400, body: JSON.stringify({ status: 'error', errorType: 'bad_data', error: `not for ${String(headers['authorization'])}` }) });
    const asked = async (more: Partial<PrometheusSettings>): Promise<[unknown, unknown]> => {
      server.answer = (seen) => refusal(seen);
      const said = await sourceOf(more)('x', signal).catch((error: unknown) => String(error));
      return [server.seen.at(-1)?.headers.authorization, said];
    };
    const [token, refused] = await asked({ token: { secret: 'prom', key: 'token' } });
    expect(token).toBe('Bearer t0ken-of-ours');
    expect(refused).toMatch(/not for Bearer \*\*\*$/);
    const [basic, unwanted] = await asked({ basic: { username: { secret: 'prom', key: 'user' }, password: { secret: 'prom', key: 'password' } } });
    expect(basic).toBe(`Basic ${Buffer.from('reader:pass-w0rd!').toString('base64')}`);
    expect(unwanted).toMatch(/not for Basic \*\*\*$/);
    expect(await ask({ body: vector([{ value: '1' }]) }, { token: { secret: 'prom', key: 'none' } })).toBe('failed: Secret prom in shop has no key none');
  });

  it('trusts the authority that a Secret holds', async () => {
    const secure = await new AnsweringServer({ key: certificates.serverKey, cert: certificates.serverCert }).start();
    secure.answer = () => ({ body: vector([{ value: '1' }]) });
    const settings = { address: secure.address };
    expect(await sourceOf({ ...settings, ca: { secret: 'prom', key: 'ca' } })('x', signal)).toMatchObject({ series: [{ value: 1 }] });
    await expect(sourceOf(settings)('x', signal)).rejects.toThrow('certificate that is not trusted');
    await secure.stop();
  });
});
