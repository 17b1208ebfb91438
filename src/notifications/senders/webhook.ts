import { createHmac } from 'node:crypto';
import { isRecord } from '../../kubernetes/json.js';
import type { Language } from '../../model/messages.js';
import type { NotificationChannelSpec } from '../../model/notifications/notification-channel.js';
import { jsonOf } from '../sending/json-answer.js';
import { expectSuccess, told, type Posting } from '../sending/poster.js';
import { SendFailure } from '../sending/send-failure.js';
import { escapeFor, fillTemplate, templateValues } from '../texts/template.js';
import type { News } from '../news/news.js';
import type { Sender, SenderParts } from './sender.js';

type WebhookSpec = NonNullable<NotificationChannelSpec['webhook']>;

/** Few services take more than ten requests a second. */
const PACE = 200;

/**
 * Any service that takes a request. Beside the body each has `Idempotency-Key` (as draft-ietf-httpapi-idempotency-key-header
 * calls it), the same for the same message, and `X-Serin-Signature: sha256=…` where there is a key: HMAC of the body, in hex.
 */
export function webhookSender(spec: WebhookSpec, language: Language, { poster, secret, pageUrl }: SenderParts): Sender {
  const url = spec.url ?? secret.need(spec.urlKey ?? 'url');
  const sign = spec.signKey === undefined ? secret.find('sign') : secret.need(spec.signKey);
  const contentType = spec.contentType ?? 'application/json';
  const hidden = headersIn(spec.headersKey === undefined ? (secret.find('headers') ?? '') : secret.need(spec.headersKey));
  return {
    pace: PACE,
    digests: false,
    async send({ key, news: [news] }, signal) {
      if (!news) return {};
      const body = bodyOf(spec, news, templateValues(news, language, pageUrl, key), contentType, (name) => secret.need(name));
      const posting: Posting = {
        url, body, place: spec.url === undefined || !URL.canParse(url) ? 'the webhook' : `the webhook ${new URL(url).host}`, secrets: [...secret.values, ...Object.values(hidden)],
        headers: {
          ...lowerCased(spec.headers ?? {}), ...hidden, 'content-type': contentType, 'idempotency-key': key,
          ...(sign === undefined ? {} : { 'x-serin-signature': `sha256=${createHmac('sha256', sign).update(body).digest('hex')}` }),
        },
      };
      const posted = await poster.post(posting, signal);
      expectSuccess(posted, posting);
      // WeCom and its like refuse with status 200.
      const answer = jsonOf(posted.text);
      const refusal = isRecord(answer) ? answer['errcode'] : undefined;
      if (typeof refusal !== 'number' || refusal === 0) return {};
      throw new SendFailure(`${posting.place} refused: ${told(posted.text, posting)}`, { permanent: refusal !== -1 && refusal !== 45_009 });
    },
  };
}

function bodyOf({ body, bodies }: WebhookSpec, { event }: News, values: Readonly<Record<string, string>>, contentType: string, secret: (key: string) => string): string {
  const template = bodies && Object.hasOwn(bodies, event) ? bodies[event] : body;
  return template === undefined ? JSON.stringify(values) : fillTemplate(template, values, escapeFor(contentType), secret);
}

/** Lines such as `Authorization: Bearer …`. */
function headersIn(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).map((line) => /^\s*([!#$%&'*+.^_`|~\w-]+)\s*:\s*(.*?)\s*$/.exec(line));
  return Object.fromEntries(lines.flatMap((found) => (found ? [[(found[1] ?? '').toLowerCase(), found[2] ?? '']] : [])));
}

const lowerCased = (headers: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
