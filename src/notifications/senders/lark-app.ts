import { Type, type Static } from 'typebox';
import Value from 'typebox/value';
import type { Language } from '../../model/messages.js';
import type { NotificationChannelSpec } from '../../model/notifications/notification-channel.js';
import { jsonOf } from '../sending/json-answer.js';
import { expectSuccess, told, type Posting } from '../sending/poster.js';
import { SendFailure } from '../sending/send-failure.js';
import { larkCard } from './lark-card.js';
import type { Sender, SenderParts } from './sender.js';

type LarkSpec = NonNullable<NotificationChannelSpec['lark']>;

/** Five messages a second and chat (open.feishu.cn/document/server-docs/im-v1/message/create). */
const PACE = 250;

const AnswerSchema = Type.Object({
  code: Type.Integer(), msg: Type.Optional(Type.String()),
  tenant_access_token: Type.Optional(Type.String()),
  data: Type.Optional(Type.Object({ message_id: Type.Optional(Type.String()) })),
});
type Answer = Static<typeof AnswerSchema>;
/** Too many requests, of the platform and of messages (open.feishu.cn/document/server-docs/api-call-guide/generic-error-code). */
const PASSING: ReadonlySet<number> = new Set([99_991_400, 230_020, 11_232, 11_233]);

/** An app of Lark or Feishu: messages have buttons, and change when they are answered. */
export function larkAppSender(spec: LarkSpec, language: Language, { poster, secret }: SenderParts): Sender {
  const address = spec.address ?? 'https://open.feishu.cn';
  const [id, key] = [secret.need(spec.appIdKey ?? 'appId'), secret.need(spec.appSecretKey ?? 'appSecret')];
  const { chat } = spec;
  if (chat === undefined) throw new SendFailure('the channel has an app and does not say spec.lark.chat', { permanent: true });

  const call = async (method: 'POST' | 'PATCH', path: string, body: object, token: string | undefined, signal: AbortSignal): Promise<Answer> => {
    const place = `Lark (${path.replace(/[?].*$/, '')})`;
    const posting: Posting = {
      method, url: `${address}/open-apis/${path}`, place, secrets: [...secret.values, token ?? ''], body: JSON.stringify(body),
      headers: { 'content-type': 'application/json; charset=utf-8', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    };
    const posted = await poster.post(posting, signal);
    const answer = jsonOf(posted.text);
    // What it refuses has a code and a status of 400, so the code is looked at first.
    if (!Value.Check(AnswerSchema, answer)) {
      expectSuccess(posted, posting);
      throw new SendFailure(`${place} gave an answer that cannot be read`);
    }
    if (answer.code !== 0) throw new SendFailure(`Lark refused: ${answer.code} ${told(answer.msg ?? '', posting)}; see spec.lark of the channel and the rights of the app`, { permanent: !PASSING.has(answer.code) && posted.status < 500 && posted.status !== 429, retryAfter: posted.retryAfter });
    return answer;
  };
  /** Asked for each message: messages are few, and a token that is kept can be withdrawn (open.feishu.cn/document/server-docs/authentication-management/access-token/tenant_access_token_internal). */
  const token = async (signal: AbortSignal): Promise<string> => {
    const { tenant_access_token: given } = await call('POST', 'auth/v3/tenant_access_token/internal', { app_id: id, app_secret: key }, undefined, signal);
    if (given === undefined) throw new SendFailure('Lark gave no token for the app');
    return given;
  };
  return {
    pace: PACE,
    digests: true,
    async send({ words, key: uuid }, signal) {
      // The same uuid within an hour is one message.
      const { data } = await call('POST', 'im/v1/messages?receive_id_type=chat_id', { receive_id: chat, msg_type: 'interactive', content: JSON.stringify(larkCard(words, language, true)), uuid: uuid.slice(0, 50) }, await token(signal), signal);
      return data?.message_id === undefined ? {} : { handle: data.message_id };
    },
    async change(handle, words, signal) {
      await call('PATCH', `im/v1/messages/${encodeURIComponent(handle)}`, { content: JSON.stringify(larkCard(words, language, true)) }, await token(signal), signal);
    },
  };
}
