import { Type } from 'typebox';
import Value from 'typebox/value';
import type { NotificationChannel } from '../../model/notifications/notification-channel.js';
import type { ChannelSecret } from '../sending/channel-secret.js';
import { jsonOf } from '../sending/json-answer.js';
import { refusal, type CallbackRequest, type Pressed } from './callback.js';
import type { Replays } from './replays.js';
import { isSame, larkDecrypted, larkSignature } from './signatures.js';

const EncryptedSchema = Type.Object({ encrypt: Type.String({ minLength: 1 }) });
/** Asked once, when the address is entered (open.feishu.cn/document/event-subscription-guide/event-subscriptions/event-subscription-configure-/request-url-configuration-case). */
const ChallengeSchema = Type.Object({ type: Type.Literal('url_verification'), challenge: Type.String({ maxLength: 1024 }) });
/** The part of `card.action.trigger` that counts (open.feishu.cn/document/uAjLw4CM/ukzMukzMukzM/feishu-cards/card-callback-communication). */
const PressSchema = Type.Object({
  header: Type.Object({ event_type: Type.Literal('card.action.trigger') }),
  event: Type.Object({
    operator: Type.Object({ open_id: Type.String({ minLength: 1, maxLength: 128 }) }),
    action: Type.Object({ value: Type.Optional(Type.Unknown()) }),
    context: Type.Optional(Type.Object({ open_chat_id: Type.Optional(Type.String({ maxLength: 128 })) })),
  }),
});

/** Reads what Lark posts. Only encrypted requests are taken: without an encrypt key nothing tells who sent one. */
export function larkPress({ headers, body }: CallbackRequest, { spec }: NotificationChannel, secret: ChannelSecret, replays: Replays): Pressed {
  const answer = (status: number, why: string): Pressed => ({ kind: 'answer', answer: refusal(status, why) });
  const encryptKey = secret.need(spec.lark?.encryptKeyKey ?? 'encryptKey');
  const outer = jsonOf(body.toString('utf8'));
  if (!Value.Check(EncryptedSchema, outer)) return answer(401, 'The request is not encrypted: give the Lark app an encrypt key, and the channel the same.');
  const text = larkDecrypted(encryptKey, outer.encrypt);
  const content = text === undefined ? undefined : jsonOf(text);
  if (content === undefined) return answer(401, 'The request is not encrypted with the key of this channel: compare the encrypt key of the Lark app.');
  const [timestamp = '', nonce = '', signature] = [headers['x-lark-request-timestamp'], headers['x-lark-request-nonce'], headers['x-lark-signature']];
  if (signature === undefined) {
    // Only the challenge comes without a signature, and it moves nothing.
    if (Value.Check(ChallengeSchema, content)) return { kind: 'answer', answer: { status: 200, body: { challenge: content.challenge } } };
    return answer(401, 'The request has no signature: let the Lark app post callbacks of cards here.');
  }
  if (!isSame(signature, larkSignature(encryptKey, timestamp, nonce, body))) return answer(401, 'The request is not signed with the key of this channel: compare the encrypt key of the Lark app.');
  if (!replays.isFresh(timestamp)) return answer(401, 'The request is more than five minutes old: compare the clocks, and press the button again.');
  if (Value.Check(ChallengeSchema, content)) return { kind: 'answer', answer: { status: 200, body: { challenge: content.challenge } } };
  if (!replays.take(signature)) return answer(409, 'The same request came before; it counts once.');
  if (!Value.Check(PressSchema, content)) return { kind: 'answer', answer: { status: 200, body: {} } };
  const { operator, action, context } = content.event;
  return {
    kind: 'press', user: operator.open_id, value: action.value, place: `lark: ${context?.open_chat_id ?? spec.lark?.chat ?? ''}`,
    received: (content) => ({ toast: { type: 'info', content } }),
    tell: (content, done) => ({ toast: { type: done ? 'success' : 'error', content } }),
  };
}
