import { createTransport } from 'nodemailer';
import { blotted } from '../../metrics/requesting/blotted.js';
import type { NotificationChannelSpec } from '../../model/notifications/notification-channel.js';
import { SendFailure } from '../sending/send-failure.js';
import type { Words } from '../texts/words.js';
import type { Outgoing, Sender, SenderParts } from './sender.js';

type EmailSpec = NonNullable<NotificationChannelSpec['email']>;

/** Mail servers count, too. */
const PACE = 1000;
const TIMEOUT = 10_000;

/** E-mail, as text and HTML (RFC 5321, 5322). TLS is required unless the channel does without: implicit on port 465, else by STARTTLS (RFC 3207). */
export function emailSender(spec: EmailSpec, { secret, findAddress, ca }: SenderParts): Sender {
  const port = spec.port ?? 587;
  const user = spec.usernameKey === undefined ? secret.find('username') : secret.need(spec.usernameKey);
  const auth = user === undefined ? {} : { auth: { user, pass: secret.need(spec.passwordKey ?? 'password') } };
  return {
    pace: PACE,
    digests: true,
    async send(outgoing, signal) {
      const found = await findAddress?.(spec.host, port);
      const transport = createTransport({
        host: found?.host ?? spec.host, port: found?.port ?? port, secure: port === 465, requireTLS: port !== 465 && spec.plaintext !== true,
        tls: { ...(found ? { servername: spec.host } : {}), ...(ca === undefined ? {} : { ca }) }, name: 'serin', disableFileAccess: true, disableUrlAccess: true,
        connectionTimeout: TIMEOUT, greetingTimeout: TIMEOUT, socketTimeout: TIMEOUT, ...auth,
      });
      const stop = (): void => transport.close();
      signal.addEventListener('abort', stop, { once: true });
      try {
        await transport.sendMail(mailOf(spec, outgoing));
        return {};
      } catch (error) {
        signal.throwIfAborted();
        throw failureOf(error, spec, secret.values);
      } finally {
        signal.removeEventListener('abort', stop);
        transport.close();
      }
    },
  };
}

/** The part of an address that names its host. */
const hostOf = (address: string): string => /@([A-Za-z0-9.-]+)/.exec(address)?.[1] ?? 'serin.invalid';

/** What is sent. Mails of one release are one thread, and the same message has the same Message-ID. */
function mailOf({ from, to }: EmailSpec, { key, thread, words }: Outgoing): Parameters<ReturnType<typeof createTransport>['sendMail']>[0] {
  const host = hostOf(from);
  const root = `<${thread}@${host}>`;
  return {
    from, to: [...to], subject: words.title, text: textOf(words), html: htmlOf(words),
    messageId: `<${key}@${host}>`, inReplyTo: root, references: root,
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Serin-Key': key },
  };
}

function textOf({ sentences, fields, link }: Words): string {
  return [...sentences, '', ...fields.map(({ label, value }) => `${label}: ${value}`), ...(link ? ['', link.url] : [])].join('\n').trim();
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const colours: Readonly<Record<Words['tone'], string>> = { neutral: '#1565c0', asks: '#b45309', good: '#2e7d32', bad: '#c62828', warning: '#b45309' };

function htmlOf({ title, sentences, fields, link, tone }: Words): string {
  const rows = fields.map(({ label, value }) => `<tr><th align="left" style="padding:2px 12px 2px 0;font-weight:600">${escaped(label)}</th><td>${escaped(value)}</td></tr>`).join('');
  const open = link ? `<p><a href="${escaped(link.url)}">${escaped(link.label)}</a></p>` : '';
  return `<!doctype html><html><body style="font-family:sans-serif"><h2 style="color:${colours[tone]};font-size:18px">${escaped(title)}</h2>${sentences.map((text) => `<p>${escaped(text)}</p>`).join('')}<table>${rows}</table>${open}</body></html>`;
}

/** 5xx is final, and so is a login that is refused (RFC 5321, 4.2.1); everything else may go better another time. */
function failureOf(error: unknown, { host, plaintext }: EmailSpec, secrets: readonly string[]): SendFailure {
  const text = error instanceof Error ? error.message : String(error);
  const code: unknown = error instanceof Error ? Reflect.get(error, 'responseCode') : undefined;
  const kind: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  const tls = kind === 'ETLS' && plaintext !== true ? '; a server without TLS needs plaintext: true' : '';
  return new SendFailure(blotted(`mail server ${host}: ${text}${tls}`, secrets), { permanent: kind === 'EAUTH' || kind === 'EENVELOPE' || (typeof code === 'number' && code >= 500) });
}
