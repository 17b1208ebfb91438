import { Type } from 'typebox';
import Value from 'typebox/value';
import type { NotificationChannelSpec } from '../../model/notifications/notification-channel.js';
import { expectSuccess, type Posting } from '../sending/poster.js';
import { SendFailure } from '../sending/send-failure.js';
import { jsonOf } from '../sending/json-answer.js';
import { cut, type Words } from '../texts/words.js';
import { say } from '../texts/catalogue.js';
import type { Language } from '../../model/messages.js';
import type { Sender, SenderParts } from './sender.js';

type SlackSpec = NonNullable<NotificationChannelSpec['slack']>;

/** One message a second and channel (docs.slack.dev/apis/web-api/rate-limits). */
const PACE = 1000;
/** Longest texts of blocks, in characters (docs.slack.dev/reference/block-kit). */
const MOST = { header: 150, section: 3000, field: 2000, button: 75, confirmTitle: 100, confirmText: 300 };

const AnswerSchema = Type.Object({ ok: Type.Boolean(), error: Type.Optional(Type.String()), ts: Type.Optional(Type.String()), channel: Type.Optional(Type.String()) });
/** What may go better another time (docs.slack.dev/reference/methods/chat.postMessage, errors). */
const PASSING: ReadonlySet<string> = new Set(['ratelimited', 'rate_limited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'team_added_to_org']);

/**
 * Slack, by `chat.postMessage` and `chat.update` with a bot token, or by an incoming webhook, which answers `ok` and takes no
 * answers to buttons (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
 */
export function slackSender(spec: SlackSpec, language: Language, parts: SenderParts): Sender {
  const token = spec.urlKey === undefined ? parts.secret.find(spec.tokenKey ?? 'token') : undefined;
  if (token === undefined) return incomingWebhook(parts.secret.need(spec.urlKey ?? 'url'), language, parts);
  const { channel } = spec;
  if (channel === undefined) throw new SendFailure('the channel has a bot token and does not say spec.slack.channel', { permanent: true });
  const call = async (method: string, body: object, signal: AbortSignal): Promise<{ ts?: string; channel?: string }> => {
    const posting: Posting = {
      url: `${spec.address ?? 'https://slack.com'}/api/${method}`, place: `Slack (${method})`, secrets: parts.secret.values,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body),
    };
    const posted = await parts.poster.post(posting, signal);
    expectSuccess(posted, posting);
    const answer = jsonOf(posted.text);
    if (!Value.Check(AnswerSchema, answer)) throw new SendFailure(`Slack (${method}) gave an answer that cannot be read`);
    if (!answer.ok) throw new SendFailure(`Slack refused: ${answer.error ?? 'no reason given'}; see spec.slack of the channel`, { permanent: !PASSING.has(answer.error ?? ''), retryAfter: posted.retryAfter });
    return { ...(answer.ts === undefined ? {} : { ts: answer.ts }), ...(answer.channel === undefined ? {} : { channel: answer.channel }) };
  };
  return {
    pace: PACE,
    digests: true,
    async send({ words }, signal) {
      // Slack answers with the id of the channel, which alone chat.update takes.
      const { ts, channel: id = channel } = await call('chat.postMessage', { channel, ...messageOf(words, language, true), unfurl_links: false }, signal);
      return ts === undefined ? {} : { handle: `${id}:${ts}` };
    },
    async change(handle, words, signal) {
      const at = handle.lastIndexOf(':');
      await call('chat.update', { channel: handle.slice(0, at), ts: handle.slice(at + 1), ...messageOf(words, language, true) }, signal);
    },
  };
}

function incomingWebhook(url: string, language: Language, { poster, secret }: SenderParts): Sender {
  return {
    pace: PACE,
    digests: true,
    async send({ words }, signal) {
      const posting: Posting = { url, place: 'Slack (incoming webhook)', secrets: secret.values, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(messageOf(words, language, false)) };
      expectSuccess(await poster.post(posting, signal), posting);
      return {};
    },
  };
}

/** What Slack would take for a command in a text (docs.slack.dev/messaging/formatting-message-text, escaping). */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const plain = (text: string, most: number): object => ({ type: 'plain_text', text: cut(text, most), emoji: false });
/** Escaping makes a text longer, so it is cut before and once more after. */
const marked = (text: string, most: number): object => ({ type: 'mrkdwn', text: cut(escaped(text), most) });

const icons: Readonly<Record<Words['tone'], string>> = { neutral: '🔵', asks: '🟠', good: '🟢', bad: '🔴', warning: '🟡' };

/** Blocks, and the text for notifications of the system. @param answers whether it takes answers to buttons */
export function messageOf(words: Words, language: Language, answers: boolean): object {
  const fields = words.fields.slice(0, 10).map(({ label, value }) => ({ type: 'mrkdwn', text: cut(`*${escaped(label)}*\n${escaped(value)}`, MOST.field) }));
  const buttons = answers ? words.buttons.map((button) => ({
    type: 'button', text: plain(button.label, MOST.button), style: button.style, action_id: `serin.${button.verb}`, value: JSON.stringify(button.value),
    confirm: { title: plain(say('sure', language), MOST.confirmTitle), text: plain(button.consequence, MOST.confirmText), confirm: plain(button.label, 30), deny: plain(say('cancel', language), 30), style: button.style },
  })) : [];
  const links = words.link ? [{ type: 'button', text: plain(words.link.label, MOST.button), action_id: 'serin.open', url: words.link.url }] : [];
  return {
    text: cut(escaped([words.title, ...words.sentences].join('\n')), MOST.section),
    blocks: [
      { type: 'header', text: plain(`${icons[words.tone]} ${words.title}`, MOST.header) },
      ...(words.sentences.length > 0 ? [{ type: 'section', text: marked(words.sentences.join('\n'), MOST.section) }] : []),
      ...(fields.length > 0 ? [{ type: 'section', fields }] : []),
      ...(buttons.length + links.length > 0 ? [{ type: 'actions', elements: [...buttons, ...links] }] : []),
    ],
  };
}
