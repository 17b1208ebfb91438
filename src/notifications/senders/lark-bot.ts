import { createHmac } from 'node:crypto';
import { Type } from 'typebox';
import Value from 'typebox/value';
import type { Language } from '../../model/messages.js';
import type { NotificationChannelSpec } from '../../model/notifications/notification-channel.js';
import { jsonOf } from '../sending/json-answer.js';
import { expectSuccess, told, type Posting } from '../sending/poster.js';
import { SendFailure } from '../sending/send-failure.js';
import { larkCard } from './lark-card.js';
import type { Sender, SenderParts } from './sender.js';

type LarkSpec = NonNullable<NotificationChannelSpec['lark']>;

/** A hundred messages a minute, five a second (open.feishu.cn/document/client-docs/bot-v3/add-custom-bot). */
const PACE = 600;

/** Old bots answer with StatusCode. */
const AnswerSchema = Type.Object({ code: Type.Optional(Type.Integer()), StatusCode: Type.Optional(Type.Integer()), msg: Type.Optional(Type.String()) });
/** Too many messages: of the bot, of the group, of the tenant. */
const PASSING: ReadonlySet<number> = new Set([11_232, 11_233, 11_246]);

/** Of a custom bot: Base64 of HMAC-SHA256 over nothing, under `timestamp\nsecret`. @param now milliseconds since the epoch; the bot takes what is an hour old at most */
export function larkBotSignature(secret: string, now: number): { readonly timestamp: string; readonly sign: string } {
  const timestamp = String(Math.floor(now / 1000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') };
}

/** A custom bot of Lark or Feishu, whose messages have a link and no buttons. */
export function larkBotSender(spec: LarkSpec, language: Language, { poster, secret, clock }: SenderParts): Sender {
  const url = secret.need(spec.urlKey ?? 'url');
  const sign = spec.signKey === undefined ? secret.find('sign') : secret.need(spec.signKey);
  return {
    pace: PACE,
    digests: true,
    async send({ words }, signal) {
      const signed = sign === undefined ? {} : larkBotSignature(sign, clock.now());
      const posting: Posting = {
        // The last part of its path is what gives access.
        url, place: 'Lark (custom bot)', secrets: [...secret.values, url.split('/').at(-1) ?? ''], headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({ ...signed, msg_type: 'interactive', card: larkCard(words, language, false) }),
      };
      const posted = await poster.post(posting, signal);
      expectSuccess(posted, posting);
      const answer = jsonOf(posted.text);
      if (!Value.Check(AnswerSchema, answer)) throw new SendFailure('Lark gave an answer that cannot be read');
      const code = answer.code ?? answer.StatusCode ?? 0;
      if (code === 0) return {};
      throw new SendFailure(`Lark refused: ${code} ${told(answer.msg ?? '', posting)}; see the security settings of the bot`, { permanent: !PASSING.has(code), retryAfter: posted.retryAfter });
    },
  };
}
