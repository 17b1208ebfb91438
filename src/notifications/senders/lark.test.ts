import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../ports/clock.js';
import { createPoster } from '../sending/poster.js';
import { settledWords } from '../texts/words.js';
import { LarkServer } from '../testing/lark-server.js';
import { askingNews, sampleNews } from '../testing/sample-news.js';
import { outgoing, senderWith } from '../testing/sender-parts.js';

const signal = new AbortController().signal;
const poster = createPoster({ clock: systemClock });
const lark = new LarkServer();
beforeAll(() => lark.http.start());
beforeEach(() => void lark.messages.splice(0));
afterAll(async () => {
  await poster.stop();
  await lark.http.stop();
});
const app = (change: { chat?: string; appSecret?: string } = {}): ReturnType<typeof senderWith> =>
  senderWith({ lark: { chat: change.chat ?? 'oc_1', address: lark.http.address } }, { appId: 'cli_1', appSecret: change.appSecret ?? 'app-s3cret' }, poster);
const bot = (secret: Record<string, string> = {}): ReturnType<typeof senderWith> =>
  senderWith({ lark: {} }, { url: `${lark.http.address}/open-apis/bot/v2/hook/hook-s3cret`, sign: 'bot-sign', ...secret }, poster);
const refused = async (sender: ReturnType<typeof senderWith>): Promise<unknown> => (await sender).send(outgoing(sampleNews()), signal).catch((error: unknown) => error);

it('sends a card with buttons by an app, once for each key, and changes it', async () => {
  const sender = await app();
  const { handle } = await sender.send(outgoing(askingNews()), signal);
  expect(await sender.send(outgoing(askingNews()), signal)).toEqual({ handle });
  expect(lark.messages).toHaveLength(1);
  expect(JSON.stringify(lark.messages[0]?.card)).toContain('"value":{"k":"release"');
  const { asks: _, ...settled } = askingNews();
  await sender.change?.(handle ?? '', settledWords(settled, 'en', undefined), signal);
  expect(lark.messages).toMatchObject([{ edits: 1 }]);
  expect(JSON.stringify(lark.messages[0]?.card)).not.toContain('"value"');
});

it('signs what it sends by a custom bot, without buttons and with nothing that Markdown would take for a sign', async () => {
  await (await bot()).send(outgoing(sampleNews({ says: [{ en: 'a *b* <at id=all></at>', zh: '' }] })), signal);
  const card = JSON.stringify(lark.messages[0]?.card);
  expect(card).toContain('a &#42;b&#42; &lt;at id=all&gt;');
  await (await bot()).send(outgoing(askingNews()), signal);
  expect(JSON.stringify(lark.messages[1]?.card)).not.toContain('"value"');
});

it('says what it is refused for, without secrets', async () => {
  expect(await refused(app({ chat: 'oc_2' }))).toMatchObject({ permanent: true, message: expect.stringMatching(/^Lark refused: 230001 /) as string });
  expect(await refused(app({ appSecret: 'wrong-one' }))).toMatchObject({ permanent: true, message: 'Lark refused: 10014 app secret invalid; see spec.lark of the channel and the rights of the app' });
  expect(await refused(bot({ sign: 'wrong' }))).toMatchObject({ permanent: true, message: expect.stringMatching(/^Lark refused: 19021 /) as string });
  expect(await refused(bot({ url: `${lark.http.address}/open-apis/bot/v2/hook/wrong-hook` }))).toMatchObject({ permanent: true, message: expect.not.stringContaining('wrong-hook') as string });
});
