import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../ports/clock.js';
import { createPoster } from '../sending/poster.js';
import { SendFailure } from '../sending/send-failure.js';
import { buttonValue } from '../texts/buttons.js';
import { settledWords } from '../texts/words.js';
import { askingNews, sampleNews } from '../testing/sample-news.js';
import { outgoing, senderWith } from '../testing/sender-parts.js';
import { SlackServer } from '../testing/slack-server.js';

const TOKEN = 'xoxb-1234-s3cret';
const signal = new AbortController().signal;
const poster = createPoster({ clock: systemClock });
let slack: SlackServer;
beforeAll(async () => void (await (slack = new SlackServer(TOKEN, { id: 'C0123456789', name: '#releases' })).http.start()));
beforeEach(() => void slack.messages.splice(0));
afterAll(async () => {
  await poster.stop();
  await slack.http.stop();
});
const withToken = (channel = '#releases', token = TOKEN): ReturnType<typeof senderWith> => senderWith({ slack: { channel, address: slack.http.address } }, { token }, poster);
const failure = (promise: Promise<unknown>): Promise<SendFailure> => promise.then(() => expect.fail('was sent'), (error: unknown) => (error instanceof SendFailure ? error : Promise.reject(error instanceof Error ? error : new Error(String(error)))));

it('posts a message that Slack takes, with buttons that carry the question, and changes it when it is answered', async () => {
  const sender = await withToken();
  const { handle } = await sender.send(outgoing(askingNews()), signal);
  const [message] = slack.messages;
  expect(message?.text).toContain('shop/web-7: waits for approval');
  const shown = JSON.stringify(message?.blocks);
  expect(shown).toContain('https://serin.test/releases/shop/web-7');
  const values = [...shown.matchAll(/"value":("(?:[^"\\]|\\.)*")/g)].map(([, text = '']) => buttonValue(JSON.parse(text) as unknown));
  expect(values).toEqual([
    { k: 'release', v: 'approve', ns: 'shop', n: 'web-7', u: 'uid-1', s: 3, p: 'p1', i: ['sha256:1'] },
    { k: 'release', v: 'reject', ns: 'shop', n: 'web-7', u: 'uid-1', s: 3, p: 'p1', i: ['sha256:1'] },
  ]);
  const { asks: _, ...settled } = askingNews({ says: [{ en: 'Approved by jane.', zh: '已由 jane 批准。' }] });
  await sender.change?.(handle ?? '', settledWords(settled, 'en', undefined), signal);
  expect(slack.messages).toMatchObject([{ edits: 1, text: expect.stringContaining('Approved by jane.') as string }]);
  expect(JSON.stringify(slack.messages[0]?.blocks)).not.toContain('"value"');
});

it('leaves nothing in a text that Slack would take for a command, and cuts what is too long', async () => {
  const sender = await withToken();
  await sender.send(outgoing(sampleNews()), signal);
  expect(slack.messages[0]?.text).toContain('12 of 40 &lt;failed&gt; &amp; "worse"');
  const long = '<&>'.repeat(2000);
  await sender.send(outgoing(sampleNews({ namespace: 'n'.repeat(300), says: Array.from({ length: 8 }, () => ({ en: long, zh: long })) })), signal);
  expect(slack.messages).toHaveLength(2);
});

it('says why Slack refuses, without the token, and whether to try again', async () => {
  expect(await failure((await withToken('#elsewhere')).send(outgoing(sampleNews()), signal))).toMatchObject({ permanent: true, message: 'Slack refused: channel_not_found; see spec.slack of the channel' });
  expect(await failure((await withToken('#releases', 'xoxb-wrong')).send(outgoing(sampleNews()), signal))).toMatchObject({ permanent: true, message: expect.stringMatching(/^Slack refused: invalid_auth/) as string });
  slack.limited = 1;
  expect(await failure((await withToken()).send(outgoing(sampleNews()), signal))).toMatchObject({ permanent: false, retryAfter: 1000 });
  expect(slack.messages).toEqual([]);
});

it('posts to an incoming webhook without buttons, and never tells its URL', async () => {
  const url = `${slack.http.address}/services/T0/B0/s3cret`;
  const sender = await senderWith({ slack: { urlKey: 'hook' } }, { hook: url }, poster);
  await sender.send(outgoing(askingNews()), signal);
  expect(slack.messages).toHaveLength(1);
  expect(sender.change).toBeUndefined();
  const wrong = await senderWith({ slack: { urlKey: 'hook' } }, { hook: `${slack.http.address}/services/T0/B0/other` }, poster);
  const refused = await failure(wrong.send(outgoing(sampleNews()), signal));
  expect(refused).toMatchObject({ permanent: true, message: 'Slack (incoming webhook) answered 404: no_service' });
  const gone = await senderWith({ slack: { urlKey: 'hook' } }, { hook: 'http://127.0.0.1:1/services/T0/B0/s3cret' }, poster);
  expect((await failure(gone.send(outgoing(sampleNews()), signal))).message).toBe('Slack (incoming webhook) refuses connections');
});

it('names the key that is missing', async () => {
  await expect(senderWith({ slack: { channel: '#releases' } }, {}, poster)).rejects.toThrow('Secret chat in shop has no key url, or an empty one');
  await expect(senderWith({ slack: {} }, { token: TOKEN }, poster)).rejects.toThrow('does not say spec.slack.channel');
});
