import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../../cluster/testing/until.js';
import { AnsweringServer } from '../../metrics/testing/answering-server.js';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { createPoster, told, type Posting } from './poster.js';

const server = new AnsweringServer();
const clock = new VirtualClock();
const poster = createPoster({ clock, findAddress: (host) => Promise.resolve(host === 'receiver.shop' ? { host: '127.0.0.1', port: Number(new URL(server.address).port) } : undefined) });
beforeAll(() => server.start());
afterAll(async () => {
  await poster.stop();
  await server.stop();
});
const posting = (change: Partial<Posting> = {}): Posting => ({ url: `${server.address}/hook/url-s3cret?key=query-s3cret`, body: '{}', secrets: ['tok-s3cret'], place: 'the webhook', ...change });
const signal = new AbortController().signal;

it('ends after ten seconds, and with the signal', async () => {
  server.answer = () => 'hang';
  const late = expect(poster.post(posting(), signal)).rejects.toMatchObject({ message: 'the webhook did not answer within 10s', permanent: false });
  await until(() => server.seen.length === 1);
  await clock.advance(10_000);
  await late;
  const stopping = new AbortController();
  const stopped = expect(poster.post(posting(), stopping.signal)).rejects.toThrow('enough');
  await until(() => server.seen.length === 2);
  stopping.abort(new Error('enough'));
  await stopped;
  expect(clock.nextDue()).toBeUndefined();
});

it('goes where a name of the cluster is really found, and says the name', async () => {
  server.answer = () => ({ status: 202, headers: { 'x-ogw-ratelimit-reset': '3' } });
  expect(await poster.post(posting({ url: 'http://receiver.shop:8080/messages' }), signal)).toEqual({ status: 202, text: '', retryAfter: 3000 });
  expect(server.seen.at(-1)).toMatchObject({ headers: { host: 'receiver.shop:8080' }, url: { pathname: '/messages' } });
});

it('reads no long answer, and posts only over HTTP', async () => {
  server.answer = () => ({ body: 'x'.repeat(1_000_000) });
  expect((await poster.post(posting(), signal)).text.length).toBeLessThanOrEqual(65_536);
  await expect(poster.post(posting({ url: 'file:///etc/passwd' }), signal)).rejects.toMatchObject({ permanent: true, message: 'the webhook has no http or https URL' });
  await expect(poster.post(posting({ url: 'url-s3cret' }), signal)).rejects.toMatchObject({ message: 'the webhook has no http or https URL' });
});

it('tells what was answered without any part of the URL that may be a key, and leaves the words of services', () => {
  const words = 'invalid webhook url: key a1b2c3d4 of /cgi-bin/webhook/send, abcdefgh';
  expect(told(words, { url: 'https://example.test/cgi-bin/webhook/send/abcdefgh?key=a1b2c3d4', secrets: [] })).toBe('invalid webhook url: key *** of /cgi-bin/webhook/send, ***');
});
