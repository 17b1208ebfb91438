import { Type } from 'typebox';
import Value from 'typebox/value';
import type { NotificationChannel } from '../../model/notifications/notification-channel.js';
import type { ChannelSecret } from '../sending/channel-secret.js';
import { jsonOf } from '../sending/json-answer.js';
import { refusal, type CallbackRequest, type Pressed } from './callback.js';
import type { Replays } from './replays.js';
import { isSame, slackSignature } from './signatures.js';

/** The part of an interaction payload that counts (docs.slack.dev/reference/interaction-payloads/block_actions-payload). */
const PayloadSchema = Type.Object({
  type: Type.String(),
  user: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
  channel: Type.Optional(Type.Object({ id: Type.Optional(Type.String({ maxLength: 64 })), name: Type.Optional(Type.String({ maxLength: 128 })) })),
  response_url: Type.Optional(Type.String({ maxLength: 2048 })),
  actions: Type.Optional(Type.Array(Type.Object({ action_id: Type.String(), value: Type.Optional(Type.String({ maxLength: 2000 })) }), { maxItems: 25 })),
});

/** Says something to the person alone, where they pressed the button (docs.slack.dev/interactivity/handling-user-interaction, message responses). */
export type SlackReply = (url: string, text: string) => void;

/** Reads what Slack posts. @param reply may be called for an address of Slack only */
export function slackPress({ headers, body }: CallbackRequest, { spec }: NotificationChannel, secret: ChannelSecret, replays: Replays, reply: SlackReply): Pressed {
  const answer = (status: number, why: string): Pressed => ({ kind: 'answer', answer: refusal(status, why) });
  const [timestamp = '', signature = ''] = [headers['x-slack-request-timestamp'], headers['x-slack-signature']];
  const signingSecret = secret.need(spec.slack?.signingSecretKey ?? 'signingSecret');
  if (!isSame(signature, slackSignature(signingSecret, timestamp, body))) return answer(401, 'The request is not signed by the Slack app of this channel: compare its signing secret.');
  if (!replays.isFresh(timestamp)) return answer(401, 'The request is more than five minutes old: compare the clocks, and press the button again.');
  if (!replays.take(signature)) return answer(409, 'The same request came before; it counts once.');
  const payload = jsonOf(new URLSearchParams(body.toString('utf8')).get('payload') ?? '');
  if (!Value.Check(PayloadSchema, payload)) return answer(400, 'The request holds no payload of an interaction: let the Slack app post interactions here, and nothing else.');
  const pressed = payload.type === 'block_actions' ? payload.actions?.[0] : undefined;
  // Slack tells also of a button that only opens a page.
  if (!pressed || pressed.action_id === 'serin.open') return { kind: 'answer', answer: { status: 200, body: {} } };
  const url = payload.response_url;
  return {
    kind: 'press', user: payload.user.id, value: pressed.value,
    place: `slack: ${payload.channel?.name === undefined ? (payload.channel?.id ?? spec.slack?.channel ?? '') : `#${payload.channel.name}`}`,
    received: () => ({}),
    tell(text) {
      if (url !== undefined && isOfSlack(url, spec.slack?.address)) reply(url, text);
      return {};
    },
  };
}

/** What is signed names the address; still nothing but Slack is called. */
function isOfSlack(url: string, address: string | undefined): boolean {
  if (!URL.canParse(url)) return false;
  const { origin, protocol, hostname } = new URL(url);
  if (address !== undefined) return origin === new URL(address).origin;
  return protocol === 'https:' && (hostname === 'hooks.slack.com' || hostname === 'hooks.slack-gov.com');
}
