import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AnsweringServer, type Said, type Seen } from '../../metrics/testing/answering-server.js';
import { systemClock } from '../../ports/clock.js';
import { createPoster } from '../sending/poster.js';
import { askingNews, sampleNews } from '../testing/sample-news.js';
import { outgoing, senderWith } from '../testing/sender-parts.js';

const SECRET = 'SECabc';
const NOW = Date.UTC(2026, 0, 1);
const signal = new AbortController().signal;
const poster = createPoster({ clock: systemClock });
const server = new AnsweringServer();
let taken = 0;

/** Refuses what a robot refuses: open.dingtalk.com/document/robots/custom-robot-access. */
server.answer = ({ url, body, headers }: Seen): Said => {
  const say = (errcode: number, errmsg: string): Said => ({ body: JSON.stringify({ errcode, errmsg }) });
  if (url.searchParams.get('access_token') !== 's3cret-token') return say(300_005, 'token is not exist');
  const timestamp = url.searchParams.get('timestamp') ?? '';
  const sign = createHmac('sha256', SECRET).update(`${timestamp}\n${SECRET}`).digest('base64');
  if (Math.abs(Number(timestamp) - NOW) > 3_600_000 || url.searchParams.get('sign') !== sign) return say(310_000, 'sign not match');
  if (!headers['content-type']?.startsWith('application/json') || body.length > 20_000) return say(460_101, 'message too long');
  const { msgtype, ...content } = JSON.parse(body) as { msgtype: string } & Record<string, { title?: string; text?: string; singleURL?: string }>;
  const part = content[msgtype];
  if (!part?.title || !part.text || (msgtype === 'actionCard' && !part.singleURL)) return say(40_035, 'miss param');
  if (++taken > 20) return say(130_101, 'send too fast, exceed 20 times per minute');
  return say(0, 'ok');
};

beforeAll(() => server.start());
afterAll(async () => {
  await poster.stop();
  await server.stop();
});

const robot = (secret: Record<string, string> = {}): ReturnType<typeof senderWith> =>
  senderWith({ dingtalk: {} }, { url: `${server.address}/robot/send?access_token=s3cret-token`, sign: SECRET, ...secret }, poster, () => NOW);

it('signs what it posts, as a card with a link and in Chinese', async () => {
  const sender = await robot();
  await sender.send(outgoing(askingNews(), 'zh'), signal);
  const sent = JSON.parse(server.seen.at(-1)?.body ?? '') as { actionCard: { title: string; text: string; singleTitle: string; singleURL: string } };
  expect(sent.actionCard).toMatchObject({ title: 'shop/web-7：等待批准', singleTitle: '打开', singleURL: 'https://serin.test/releases/shop/web-7' });
  expect(sent.actionCard.text).toContain('等待批准');
});

it('says what it is refused for, without token and key', async () => {
  const refused = async (secret: Record<string, string>): Promise<unknown> => (await robot(secret)).send(outgoing(sampleNews()), signal).catch((error: unknown) => error);
  expect(await refused({ sign: 'SECother' })).toMatchObject({ permanent: true, message: 'DingTalk refused: 310000 sign not match; see the security settings of the robot' });
  expect(await refused({ url: `${server.address}/robot/send?access_token=other` })).toMatchObject({ permanent: true, message: expect.not.stringContaining('access_token') as string });
  taken = 20;
  expect(await refused({})).toMatchObject({ permanent: false, retryAfter: 60_000 });
});
