import { createHmac } from 'node:crypto';
import { Type } from 'typebox';
import Value from 'typebox/value';
import type { NotificationChannelSpec } from '../../model/notifications/notification-channel.js';
import { jsonOf } from '../sending/json-answer.js';
import { expectSuccess, told, type Posting } from '../sending/poster.js';
import { SendFailure } from '../sending/send-failure.js';
import { cut, type Words } from '../texts/words.js';
import type { Sender, SenderParts } from './sender.js';

type DingTalkSpec = NonNullable<NotificationChannelSpec['dingtalk']>;

/** Twenty messages a minute and robot; who sends more is shut out for ten minutes (open.dingtalk.com/document/robots/custom-robot-access). */
const PACE = 3000;
/** Longest text; a request may have 20,000 bytes. */
const MOST = 5000;

const AnswerSchema = Type.Object({ errcode: Type.Integer(), errmsg: Type.Optional(Type.String()) });
/** -1: busy; 130101, 90030: too many messages. */
const PASSING: ReadonlySet<number> = new Set([-1, 130_101, 90_030]);
/** How long a robot that sent too fast stays shut out, in milliseconds. */
const SHUT_OUT = 60_000;

/** The query of a signed request: Base64 of HMAC-SHA256 over `timestamp\nsecret` under the secret. @param now milliseconds since the epoch */
export function dingTalkSignature(secret: string, now: number): { readonly timestamp: string; readonly sign: string } {
  const timestamp = String(Math.floor(now));
  return { timestamp, sign: createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64') };
}

/** The robot of a DingTalk group: `actionCard` where there is a link, else `markdown` (open.dingtalk.com/document/robots/message-types-and-data-format). */
export function dingTalkSender(spec: DingTalkSpec, { poster, secret, clock }: SenderParts): Sender {
  const url = secret.need(spec.urlKey ?? 'url');
  const sign = spec.signKey === undefined ? secret.find('sign') : secret.need(spec.signKey);
  return {
    pace: PACE,
    digests: true,
    async send({ words }, signal) {
      if (!URL.canParse(url)) throw new SendFailure('the URL of the DingTalk robot in the Secret is no URL', { permanent: true });
      const target = new URL(url);
      if (sign !== undefined) for (const [name, value] of Object.entries(dingTalkSignature(sign, clock.now()))) target.searchParams.set(name, value);
      const posting: Posting = { url: target.href, place: 'DingTalk', secrets: [...secret.values, target.searchParams.get('access_token') ?? ''], headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(messageOf(words)) };
      const posted = await poster.post(posting, signal);
      expectSuccess(posted, posting);
      const answer = jsonOf(posted.text);
      if (!Value.Check(AnswerSchema, answer)) throw new SendFailure('DingTalk gave an answer that cannot be read');
      if (answer.errcode === 0) return {};
      const passing = PASSING.has(answer.errcode);
      throw new SendFailure(`DingTalk refused: ${answer.errcode} ${told(answer.errmsg ?? '', posting)}; see the security settings of the robot`, { permanent: !passing, retryAfter: passing ? SHUT_OUT : undefined });
    },
  };
}

/** What Markdown would take for a sign. */
const escaped = (text: string): string => text.replace(/([\\`*_{}[\]()#+!|>~-])/g, '\\$1');

function messageOf({ title, sentences, fields, link }: Words): object {
  const lines = [`### ${escaped(title)}`, ...sentences.map(escaped), ...fields.map(({ label, value }) => `- **${escaped(label)}**: ${escaped(value)}`)];
  const text = cut(lines.join('\n\n'), MOST);
  if (!link) return { msgtype: 'markdown', markdown: { title, text } };
  return { msgtype: 'actionCard', actionCard: { title, text, btnOrientation: '0', singleTitle: link.label, singleURL: link.url } };
}
