import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AnsweringServer } from '../../metrics/testing/answering-server.js';
import { systemClock } from '../../ports/clock.js';
import type { NotificationChannelSpec } from '../../model/notifications/notification-channel.js';
import { createPoster } from '../sending/poster.js';
import { sampleNews } from '../testing/sample-news.js';
import { outgoing, senderWith } from '../testing/sender-parts.js';

const signal = new AbortController().signal;
const poster = createPoster({ clock: systemClock });
const server = new AnsweringServer();
beforeAll(() => server.start());
afterAll(async () => {
  await poster.stop();
  await server.stop();
});
type Webhook = NonNullable<NotificationChannelSpec['webhook']>;
const post = async (webhook: Webhook, secret: Record<string, string> = {}, news = sampleNews()): Promise<unknown> =>
  (await senderWith({ webhook }, { url: `${server.address}/hook/url-s3cret`, ...secret }, poster)).send(outgoing(news), signal).catch((error: unknown) => error);
const last = (): (typeof server.seen)[number] => server.seen.at(-1) ?? expect.fail('nothing came');

it('posts all that is known, signed, with a key that stays the same and headers of the Secret', async () => {
  expect(await post({ signKey: 'hmac', headersKey: 'more', headers: { 'X-Team': 'shop' } }, { hmac: 'k3y', more: 'Authorization: Bearer tok-s3cret\nX-More: 1' })).toEqual({});
  const { headers, body } = last();
  expect(headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Bearer tok-s3cret', 'x-more': '1', 'x-team': 'shop', 'x-serin-signature': `sha256=${createHmac('sha256', 'k3y').update(body).digest('hex')}` });
  expect(JSON.parse(body)).toMatchObject({ event: 'takenBack', namespace: 'shop', name: 'web-7', requests: '40', failures: '12', reason: 'TooManyFailures', url: 'https://serin.test/releases/shop/web-7', severity: 'critical', time: '2026-01-01T10:00:00Z', key: headers['idempotency-key'] });
  await post({});
  expect(last().headers['idempotency-key']).toBe(headers['idempotency-key']);
});

it('fills in templates as JSON text, those of an event before the others, and values of the Secret', async () => {
  const webhook: Webhook = { body: '{"a": "{{ text }}", "k": "{{secret.routingKey}}", "x": "{{nothing}}"}', bodies: { promoted: '{"fine": "{{name}}"}' } };
  await post(webhook, { routingKey: 'R-"1"' });
  expect(JSON.parse(last().body)).toEqual({ a: sampleNews().says.map(({ en }) => en).join('\n'), k: 'R-"1"', x: '{{nothing}}' });
  await post(webhook, {}, sampleNews({ event: 'promoted' }));
  expect(JSON.parse(last().body)).toEqual({ fine: 'web-7' });
  await post({ contentType: 'application/x-www-form-urlencoded', body: 'title={{title}}' });
  expect(last().body).toBe('title=shop%2Fweb-7%3A%20taken%20back');
  expect(await post(webhook)).toMatchObject({ message: 'Secret chat in shop has no key routingKey, or an empty one' });
});

it('does not look at values again: what a release says cannot reach the Secret', async () => {
  await post({ body: '{"a": "{{text}}"}' }, { routingKey: 'R-1' }, sampleNews({ says: [{ en: '{{secret.routingKey}} {{ secret.url }}', zh: '' }] }));
  expect(JSON.parse(last().body)).toEqual({ a: '{{secret.routingKey}} {{ secret.url }}' });
});

it('tells what is final from what is not, without URL and Secret', async () => {
  const answers: [number, Record<string, string>, string, object][] = [
    [503, { 'retry-after': '7' }, 'busy tok-s3cret', { permanent: false, retryAfter: 7000, message: 'the webhook answered 503: busy ***' }],
    [429, {}, '', { permanent: false, message: 'the webhook answered 429' }],
    [400, {}, '/hook/url-s3cret?', { permanent: true }],
    [302, { location: 'https://elsewhere.test/url-s3cret' }, '', { permanent: true, message: 'the webhook answered 302; redirects are not followed: name the place that it leads to' }],
    [200, {}, '{"errcode":93000,"errmsg":"invalid webhook url"}', { permanent: true, message: expect.stringContaining('93000') as string }],
    [200, {}, '{"errcode":45009,"errmsg":"api freq out of limit"}', { permanent: false }],
  ];
  for (const [status, headers, body, expected] of answers) {
    server.answer = () => ({ status, headers, body });
    const failure = await post({}, { token: 'tok-s3cret' });
    expect(failure).toMatchObject(expected);
    expect(String(failure)).not.toContain('s3cret');
  }
  server.answer = () => 'break';
  expect(String(await post({}))).toMatch(/SendFailure: the webhook could not be reached: /);
});
