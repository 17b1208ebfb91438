import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectorFor } from '../collector-for.js';
import { AnsweringServer, type Said } from '../testing/answering-server.js';
import { about, collected, measuring } from '../testing/measuring.js';
import type { WebSettings } from './web-result.js';

describe('JSON over HTTP', () => {
  const deps = measuring({ secrets: { page: { token: 'geheim-42', header: 'Bearer geheim-43' } } });
  let server: AnsweringServer;
  beforeAll(async () => void (server = await new AnsweringServer().start()));
  afterAll(async () => {
    await deps.requester.stop();
    await server.stop();
  });

  const ask = async (said: Said, more: Partial<WebSettings> = {}, condition: { success?: string; failure?: string } = {}): Promise<unknown> => {
    server.answer = () => said;
    const settings = { url: `${server.address}/health?of=web`, timeout: '10s', ...more };
    return collected(collectorFor({ name: 'page', condition: { every: '1ms', ...condition }, from: { web: settings } }, about(Date.now()), deps));
  };
  const place = (): string => new URL(server.address).host;

  it('takes a number, a truth, a text or all of it as the result', async () => {
    const body = JSON.stringify({ data: { ok: true, share: 0.97, count: 3, name: 'up', list: [1, 2] } });
    expect(await ask({ body }, { path: '$.data.ok' }, { success: 'result' })).toMatchObject({ kind: 'condition', measurement: 'success', detail: 'result is true: result' });
    expect(await ask({ body }, { path: '{$.data.share}' }, { success: 'result >= 0.95' })).toMatchObject({ measurement: 'success', value: 0.97 });
    expect(await ask({ body }, { path: '$.data.count' }, { success: 'result * 1.5 > 4' })).toMatchObject({ measurement: 'success', value: 3 });
    expect(await ask({ body }, { path: '$.data.name' }, { failure: 'result != "up"' })).toMatchObject({ measurement: 'success', detail: 'result is "up": not result != "up"' });
    expect(await ask({ body }, {}, { failure: 'result.data.list.exists(each, each > 1)' })).toMatchObject({ measurement: 'failure' });
  });

  it('sends what it is told to send', async () => {
    const headers: WebSettings['headers'] = [{ name: 'X-Team', value: 'shop' }, { name: 'Authorization', from: { secret: 'page', key: 'header' } }];
    expect(await ask({ body: '1' }, { method: 'POST', body: '{"q":1}', headers })).toMatchObject({ measurement: 'success' });
    const seen = server.seen.at(-1);
    // Behind one address there may be several pages.
    await ask({ body: '1' }, { headers: [{ name: 'Host', value: 'page.example' }] });
    expect(server.seen.at(-1)?.headers.host).toBe('page.example');
    expect([seen?.method, seen?.url.search, seen?.body, seen?.headers['x-team'], seen?.headers.authorization, seen?.headers['content-type']]).toEqual(['POST', '?of=web', '{"q":1}', 'shop', 'Bearer geheim-43', 'application/json']);
  });

  it('counts what cannot be had as an error, and waits for what is not there yet', async () => {
    expect(await ask({ status: 500, body: 'down' })).toMatchObject({ measurement: 'error', detail: `${place()}/health answered 500: down` });
    expect(await ask({ body: '<html>' })).toMatchObject({ measurement: 'error', detail: `${place()}/health answered with something that is no JSON: <html>` });
    expect(await ask({ body: '{}' }, { path: '$.data.ok' })).toMatchObject({ measurement: 'error', detail: `${place()}/health has nothing at $.data.ok` });
    expect(await ask({ body: '{"data":null}' }, { path: '$.data' })).toBe(`waiting: ${place()}/health has null at $.data`);
    expect(await ask({ body: '"x"' }, {}, { success: 'result > 1' })).toMatchObject({ measurement: 'error', detail: expect.stringMatching(/^result is "x": no such overload/) as unknown });
  });

  it('tells no secret, wherever it comes back', async () => {
    const headers: WebSettings['headers'] = [{ name: 'x-token', from: { secret: 'page', key: 'token' } }, { name: 'authorization', from: { secret: 'page', key: 'header' } }];
    const told = [
      await ask({ status: 400, body: 'bad token geheim-42' }, { headers }),
      await ask({ status: 400, body: 'bad token geheim-43' }, { headers }),
      await ask({ body: '{"echo":["geheim-42"]}' }, { headers }),
      await ask({ body: '"Bearer geheim-43"' }, { headers }, { success: 'result == "x"' }),
      await ask({ status: 307, headers: { location: 'http://geheim-42.test/?t=geheim-42' } }, { headers }),
      await ask({ body: '{' }, { headers, url: `${server.address}/geheim-42?token=geheim-42` }),
    ].map((each) => JSON.stringify(each));
    for (const each of told) expect(each).toContain('***');
    expect(told.join()).not.toContain('geheim');
  });

  it('names the Secret and the key that are missing, as a problem and not as a measurement', async () => {
    expect(await ask({ body: '1' }, { headers: [{ name: 'x', from: { secret: 'page', key: 'none' } }] })).toBe('failed: Secret page in shop has no key none');
  });
});
