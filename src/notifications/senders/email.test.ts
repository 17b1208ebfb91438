import { afterEach, expect, it } from 'vitest';
import { certificates } from '../../cluster/testing/certificates.js';
import { systemClock } from '../../ports/clock.js';
import type { NotificationChannelSpec } from '../../model/notifications/notification-channel.js';
import { SendFailure } from '../sending/send-failure.js';
import { sampleNews } from '../testing/sample-news.js';
import { outgoing } from '../testing/sender-parts.js';
import { SmtpServer, type SmtpOptions } from '../testing/smtp-server.js';
import { emailSender } from './email.js';

const signal = new AbortController().signal;
const login = { user: 'serin', password: 'mail-s3cret' };
let server: SmtpServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** Sends one mail to a server of these options, which is found as api.test. */
async function send(options: SmtpOptions, change: Partial<NonNullable<NotificationChannelSpec['email']>> = {}, { ca = certificates.ca, password = login.password, anonymous = false } = {}): Promise<SendFailure | undefined> {
  server = await new SmtpServer(options).start();
  const { port } = server;
  const secret: Readonly<Record<string, string>> = anonymous ? {} : { username: login.user, password };
  const find = (key: string): string | undefined => secret[key];
  const sender = emailSender(
    { host: 'api.test', from: 'Serin <serin@shop.test>', to: ['team@shop.test', 'lead@shop.test'], ...change },
    { secret: { find, need: (key) => find(key) ?? '', values: Object.values(secret) }, clock: systemClock, ca, pageUrl: undefined, findAddress: () => Promise.resolve({ host: '127.0.0.1', port }), poster: { post: () => Promise.reject(new Error('no HTTP here')), stop: () => Promise.resolve() } },
  );
  return sender.send(outgoing(sampleNews()), signal).then(() => undefined, (error: unknown) => (error instanceof SendFailure ? error : expect.fail(String(error))));
}

it('sends text and HTML after STARTTLS, with a Message-ID of the key and the thread of the release', async () => {
  expect(await send({ startTls: true, login })).toBeUndefined();
  const [mail] = server?.mails ?? [];
  expect(mail).toMatchObject({ from: 'serin@shop.test', to: ['team@shop.test', 'lead@shop.test'], secure: true, user: 'serin' });
  const { key } = outgoing(sampleNews());
  for (const part of [`Message-ID: <${key}@shop.test>`, 'References: <serin-uid-1@shop.test>', 'Subject: shop/web-7: taken back', 'Content-Type: text/plain', 'Content-Type: text/html', 'Auto-Submitted: auto-generated']) expect(mail?.text).toContain(part);
  expect(mail?.text).toContain('&lt;failed&gt; &amp;');
});

it('signs in nowhere without TLS, and sends nothing in the clear unless it is told to', async () => {
  const refused = await send({ startTls: false, login });
  expect(refused?.message).toContain('mail server api.test:');
  expect(refused?.message).toContain('plaintext: true');
  expect(server?.mails).toEqual([]);
  await server?.stop();
  expect(await send({ startTls: false }, { plaintext: true }, { anonymous: true })).toBeUndefined();
  expect(server?.mails).toMatchObject([{ secure: false, user: undefined }]);
});

it('trusts no certificate of just anybody', async () => {
  expect((await send({ startTls: true, login }, {}, { ca: certificates.clientCert }))?.message).toMatch(/certificate|issuer/);
  expect(server?.mails).toEqual([]);
});

it('tells what is final from what is not, without the password', async () => {
  const wrong = await send({ startTls: true, login }, {}, { password: 'wrong-s3cret' });
  expect(wrong).toMatchObject({ permanent: true, message: expect.not.stringContaining('s3cret') as string });
  await server?.stop();
  expect(await send({ startTls: true, login, answer: () => '451 4.3.0 come back later' })).toMatchObject({ permanent: false, message: expect.stringContaining('451') as string });
  await server?.stop();
  expect(await send({ startTls: true, login }, { to: ['nobody@shop.test'] })).toMatchObject({ permanent: true, message: expect.stringContaining('550') as string });
});
