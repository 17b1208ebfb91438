import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../ports/clock.js';
import { createPoster } from '../sending/poster.js';
import { DingTalkServer } from '../testing/dingtalk-server.js';
import { askingNews, sampleNews } from '../testing/sample-news.js';
import { outgoing, senderWith } from '../testing/sender-parts.js';

const SECRET = 'SECabc';
const NOW = Date.UTC(2026, 0, 1);
const signal = new AbortController().signal;
const poster = createPoster({ clock: systemClock });
const server = new DingTalkServer('s3cret-token', SECRET, () => NOW);

beforeAll(() => server.http.start());
afterAll(async () => {
  await poster.stop();
  await server.http.stop();
});

const robot = (secret: Record<string, string> = {}): ReturnType<typeof senderWith> => senderWith({ dingtalk: {} }, { url: server.url, sign: SECRET, ...secret }, poster, () => NOW);

it('signs what it posts, as a card with a link and in Chinese', async () => {
  const sender = await robot();
  await sender.send(outgoing(askingNews(), 'zh'), signal);
  expect(server.messages.at(-1)).toMatchObject({ title: 'shop/web-7：等待批准', text: expect.stringContaining('等待批准') as string, singleTitle: '打开', singleURL: 'https://serin.test/releases/shop/web-7' });
});

it('says what it is refused for, without token and key', async () => {
  const refused = async (secret: Record<string, string>): Promise<unknown> => (await robot(secret)).send(outgoing(sampleNews()), signal).catch((error: unknown) => error);
  expect(await refused({ sign: 'SECother' })).toMatchObject({ permanent: true, message: 'DingTalk refused: 310000 sign not match; see the security settings of the robot' });
  expect(await refused({ url: `${server.http.address}/robot/send?access_token=other` })).toMatchObject({ permanent: true, message: expect.not.stringContaining('access_token') as string });
  server.limited = 1;
  expect(await refused({})).toMatchObject({ permanent: false, retryAfter: 60_000 });
});
