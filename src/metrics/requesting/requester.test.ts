import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificates } from '../../cluster/testing/certificates.js';
import { until } from '../../cluster/testing/until.js';
import { systemClock } from '../../ports/clock.js';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { NoReading } from '../reading.js';
import { AnsweringServer } from '../testing/answering-server.js';
import { createRequester, type Question, type Requester } from './requester.js';

const SECRET = 'tok en+/"7Fq';

describe('asking over HTTP', () => {
  const clock = new VirtualClock();
  const signal = new AbortController().signal;
  let server: AnsweringServer;
  let requester: Requester;

  beforeEach(async () => {
    server = await new AnsweringServer().start();
    requester = createRequester({ clock, longest: 1000 });
  });
  afterEach(async () => {
    await requester.stop();
    await server.stop();
  });

  const question = (more: Partial<Question> = {}): Question =>
    ({ url: `${server.address}/ask`, method: 'GET', timeout: 10_000, within: 30_000, repeatable: true, secrets: [SECRET], ...more });
  /** Asks, letting time go on until there is an answer. */
  const ask = async (more: Partial<Question> = {}): Promise<string> => {
    let said: string | undefined;
    void requester.ask(question(more), signal).then(
      ({ status, text }) => (said = `${status} ${text}`),
      (error: unknown) => (said = error instanceof NoReading ? `${error.kind}: ${error.message}` : `error: ${String(error)}`),
    );
    for (;;) {
      await until(() => said !== undefined || clock.nextDue() !== undefined || server.seen.length > 0);
      if (said !== undefined) return said;
      const asked = server.seen.length;
      const due = clock.nextDue();
      // The time limit of a try is no pause: only what is due sooner is waited for.
      if (due !== undefined && due - clock.now() < 10_000) await clock.advance(due - clock.now());
      await until(() => said !== undefined || server.seen.length > asked || (clock.nextDue() ?? Infinity) - clock.now() < 10_000);
    }
  };

  it('tries again what may be repeated, three times at most', async () => {
    server.answer = () => (server.seen.length < 3 ? { status: 503 } : { body: 'good' });
    expect(await ask()).toBe('200 good');
    server.seen.length = 0;
    server.answer = () => ({ status: 500, body: 'bad' });
    expect([await ask(), server.seen.length]).toEqual(['500 bad', 3]);
    server.seen.length = 0;
    expect([await ask({ repeatable: false }), server.seen.length]).toEqual(['500 bad', 1]);
    server.seen.length = 0;
    server.answer = () => ({ status: 422 });
    expect([await ask(), server.seen.length]).toEqual(['422 ', 1]);
    server.seen.length = 0;
    server.answer = () => (server.seen.length === 1 ? 'break' : { body: 'good' });
    expect(await ask()).toBe('200 good');
  });

  it('leaves who asks for it alone, as long as there is time, and beyond the question', async () => {
    server.answer = () => (server.seen.length === 1 ? { status: 429, headers: { 'retry-after': '5' } } : { body: 'good' });
    const before = clock.now();
    expect(await ask({ repeatable: false })).toBe('200 good');
    expect(clock.now() - before).toBe(5000);
    server.answer = () => ({ status: 429, headers: { 'x-ratelimit-reset': '60' } });
    server.seen.length = 0;
    expect(await ask()).toBe('429 ');
    expect(await ask()).toBe(`failed: ${new URL(server.address).host} asked to be left alone for another 1m`);
    expect(server.seen.length).toBe(1);
    await clock.advance(60_001);
    server.answer = () => ({ body: 'good' });
    expect(await ask()).toBe('200 good');
  });

  it('ends after its time, and with the signal', async () => {
    server.answer = () => 'hang';
    const asked = requester.ask(question({ repeatable: false }), signal);
    const refused = expect(asked).rejects.toThrow('/ask did not answer within 10s');
    await until(() => server.seen.length === 1);
    await clock.advance(10_000);
    await refused;
    const controller = new AbortController();
    const given = requester.ask(question(), controller.signal);
    await until(() => server.seen.length === 2);
    controller.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    expect(clock.nextDue()).toBeUndefined();
  });

  it('follows no redirect and reads no long answers', async () => {
    server.answer = () => ({ status: 302, headers: { location: `https://elsewhere.test/x?token=${encodeURIComponent(SECRET)}` } });
    expect(await ask()).toBe(`failed: ${new URL(server.address).host}/ask answered 302 and leads to https://elsewhere.test; redirects are not followed: name the place that it leads to`);
    server.answer = () => ({ body: 'x'.repeat(1001) });
    expect(await ask()).toMatch(/answered with more than 1000 bytes; ask for less$/);
  });

  it('names the place without what is secret in it', async () => {
    server.answer = () => 'break';
    expect(await ask({ url: `${server.address}/a/${encodeURIComponent(SECRET)}?token=${encodeURIComponent(SECRET)}`, repeatable: false })).toMatch(/^failed: 127.0.0.1:\d+\/a\/\*\*\* could not be asked: /);
    expect(await ask({ url: server.address.replace('//', '//me:geheim@') })).toMatch(/^failed: the URL of 127.0.0.1:\d+ holds a user name or password; put them into a Secret$/);
    expect(await ask({ url: 'http://a b/' })).toBe('failed: "http://a b/" is no URL');
  });

  it('goes where a name is really found, and tells the name', async () => {
    const port = Number(new URL(server.address).port);
    const local = createRequester({ clock: systemClock, addressOf: (host) => Promise.resolve(host === 'metrics.shop' ? { host: '127.0.0.1', port } : undefined) });
    await local.ask(question({ url: 'http://metrics.shop:9090/x' }), signal);
    expect(server.seen.map(({ headers, url }) => [headers.host, url.pathname])).toEqual([['metrics.shop:9090', '/x']]);
    await local.stop();
  });

  it('says who refuses connections, also after trying again', async () => {
    const { address } = server;
    await server.stop();
    expect(await askUnheard(address)).toBe(`failed: ${new URL(address).host}/ask refuses connections`);
    await server.start();
  });

  const askUnheard = async (address: string): Promise<string> => {
    const real = createRequester({ clock: systemClock });
    const before = systemClock.monotonic();
    const said = await real.ask(question({ url: `${address}/ask`, repeatable: false }), signal).catch((error: unknown) => (error instanceof NoReading ? `${error.kind}: ${error.message}` : String(error)));
    expect(systemClock.monotonic() - before).toBeGreaterThanOrEqual(1250);
    await real.stop();
    return String(said);
  };

  it('trusts the authority that it is given, and no other', async () => {
    const secure = await new AnsweringServer({ key: certificates.serverKey, cert: certificates.serverCert }).start();
    const trusting = createRequester({ clock: systemClock });
    expect((await trusting.ask(question({ url: secure.address, ca: certificates.ca }), signal)).status).toBe(200);
    await expect(trusting.ask(question({ url: secure.address }), signal)).rejects.toThrow(/has a certificate that is not trusted \(\w+\); name its authority under ca/);
    await trusting.stop();
    await secure.stop();
  });
});
