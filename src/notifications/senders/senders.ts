import type { Language } from '../../model/messages.js';
import type { NotificationChannelSpec } from '../../model/notifications/notification-channel.js';
import { SendFailure } from '../sending/send-failure.js';
import { dingTalkSender } from './dingtalk.js';
import { emailSender } from './email.js';
import { larkAppSender } from './lark-app.js';
import { larkBotSender } from './lark-bot.js';
import type { Sender, SenderParts } from './sender.js';
import { slackSender } from './slack.js';
import { webhookSender } from './webhook.js';

/** The sender of a channel. @throws SendFailure where its Secret lacks something */
export function senderFor(spec: NotificationChannelSpec, parts: SenderParts): Sender {
  const language: Language = spec.language ?? 'en';
  if (spec.slack) return slackSender(spec.slack, language, parts);
  if (spec.dingtalk) return dingTalkSender(spec.dingtalk, parts);
  if (spec.lark) return usesApp(spec.lark, parts) ? larkAppSender(spec.lark, language, parts) : larkBotSender(spec.lark, language, parts);
  if (spec.email) return emailSender(spec.email, parts);
  if (spec.webhook) return webhookSender(spec.webhook, language, parts);
  throw new SendFailure('a channel is exactly one of slack, dingtalk, lark, email or webhook', { permanent: true });
}

/** An app is meant where a chat, or a key of an app, is named. */
function usesApp({ urlKey, appIdKey, chat }: NonNullable<NotificationChannelSpec['lark']>, { secret }: SenderParts): boolean {
  return urlKey === undefined && (chat !== undefined || appIdKey !== undefined || secret.find('appId') !== undefined);
}
