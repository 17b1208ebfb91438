import { Type, type Static } from 'typebox';
import type { ObjectMeta } from '../../kubernetes/generated/meta-v1.js';
import { MapOf, StringEnum } from '../../schema/typebox.js';
import { languages } from '../messages.js';
import { Name, exactlyOne } from '../policy/fields.js';
import { ConditionSchema } from '../release-policy.js';

/** What people may be told of. */
export const notificationEvents = ['began', 'waitsForApproval', 'promoted', 'takenBack', 'stuck', 'imageWaits'] as const;
export type NotificationEvent = (typeof notificationEvents)[number];

const Key = (description: string, name: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: `The key in the Secret; ${name} when absent. ${description}` }));

const slack = Type.Object(
  {
    channel: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'With a bot token: the channel, such as C0123456789.' })),
    tokenKey: Key('A bot token (xoxb-…), with which messages have buttons.', 'token'),
    urlKey: Key('In place of a token: the URL of an incoming webhook, whose messages have a link and no buttons.', 'url'),
    signingSecretKey: Key('What answers to buttons are signed with.', 'signingSecret'),
    address: Type.Optional(Type.String({ pattern: '^https?://', maxLength: 2048, description: 'Of the API; https://slack.com when absent.' })),
  },
  { description: 'Slack.' },
);

const dingtalk = Type.Object(
  {
    urlKey: Key('The URL of the robot, with its access token.', 'url'),
    signKey: Key('What requests are signed with, where the robot asks for it.', 'sign'),
  },
  { description: 'A robot of a DingTalk group.' },
);

const lark = Type.Object(
  {
    urlKey: Key('The URL of a custom bot, whose messages have a link and no buttons.', 'url'),
    signKey: Key('What requests of a custom bot are signed with, where it asks for it.', 'sign'),
    appIdKey: Key('In place of a URL: the id of an app, whose messages have buttons.', 'appId'),
    appSecretKey: Key('The secret of that app.', 'appSecret'),
    encryptKeyKey: Key('What answers to buttons are signed with.', 'encryptKey'),
    chat: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'With an app: the chat, such as oc_….' })),
    address: Type.Optional(Type.String({ pattern: '^https?://', maxLength: 2048, description: 'Of the API; https://open.feishu.cn when absent, https://open.larksuite.com for Lark.' })),
  },
  { description: 'Lark or Feishu.' },
);

const email = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 253, description: 'The SMTP server.' }),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description: '587 when absent.' })),
    from: Type.String({ minLength: 3, maxLength: 320, description: 'The sender.' }),
    to: Type.Array(Type.String({ minLength: 3, maxLength: 320 }), { minItems: 1, maxItems: 64, description: 'Who gets it.' }),
    usernameKey: Key('The user; nobody signs in where the Secret has none.', 'username'),
    passwordKey: Key('The password.', 'password'),
    plaintext: Type.Optional(Type.Boolean({ description: 'Also without TLS, which the server must offer otherwise.' })),
  },
  { description: 'Electronic mail.' },
);

const webhook = Type.Object(
  {
    url: Type.Optional(Type.String({ pattern: '^https?://', maxLength: 2048, description: 'Where it is posted to; from the Secret when absent.' })),
    urlKey: Key('The URL, where it is a secret.', 'url'),
    contentType: Type.Optional(Type.String({ maxLength: 128, description: 'application/json when absent.' })),
    headers: Type.Optional(MapOf(Type.String({ maxLength: 1024 }), { description: 'Further headers; none with secrets.' })),
    headersKey: Key('Headers with secrets, as lines such as "Authorization: Bearer …".', 'headers'),
    signKey: Key('What requests are signed with, as X-Serin-Signature: sha256=….', 'sign'),
    body: Type.Optional(Type.String({ maxLength: 16_384, description: 'What is posted; names in double braces are filled in, as JSON text where the content type is JSON. All that is known, as JSON, when absent.' })),
    bodies: Type.Optional(MapOf(Type.String({ maxLength: 16_384 }), { description: 'Another body for an event of this name.' })),
  },
  { description: 'Any service that takes a request.' },
);

/** Who is told of what becomes of releases. */
export const NotificationChannelSpecSchema = Type.Object(
  {
    slack: Type.Optional(slack),
    dingtalk: Type.Optional(dingtalk),
    lark: Type.Optional(lark),
    email: Type.Optional(email),
    webhook: Type.Optional(webhook),
    secret: Type.Optional(Name('The Secret in the namespace of the channel that has what must not be read; a cluster-wide channel names its namespace beside it.')),
    secretNamespace: Type.Optional(Name('Only for cluster-wide channels: where the Secret is.')),
    events: Type.Optional(Type.Array(StringEnum(notificationEvents), { minItems: 1, maxItems: notificationEvents.length, description: 'What to tell of; all when absent.' })),
    policies: Type.Optional(MapOf(Type.String({ maxLength: 63 }), { description: 'Only policies with these labels; all when absent.' })),
    language: Type.Optional(StringEnum(languages, { description: 'en when absent.' })),
    users: Type.Optional(
      Type.Array(
        Type.Object({
          chat: Type.String({ minLength: 1, maxLength: 253, description: 'Who it is in the chat, by id, such as U0123456789.' }),
          user: Name('Who that is on the cluster. They must hold the right themselves.'),
          groups: Type.Optional(Type.Array(Name('A group.'), { maxItems: 64, description: 'The groups of that user on the cluster.' })),
        }),
        { maxItems: 1024, description: 'Who may answer by buttons.', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['chat'] },
      ),
    ),
  },
  { description: 'Who is told of what becomes of releases, and how.', ...exactlyOne(['slack', 'dingtalk', 'lark', 'email', 'webhook'], 'a channel is exactly one of slack, dingtalk, lark, email or webhook') },
);
export type NotificationChannelSpec = Static<typeof NotificationChannelSpecSchema>;

export const NotificationChannelStatusSchema = Type.Object({
  observedGeneration: Type.Optional(Type.Integer()),
  sent: Type.Optional(Type.Integer({ description: 'How many messages were taken.' })),
  sentAt: Type.Optional(Type.String({ format: 'date-time', description: 'When the last one was.' })),
  failed: Type.Optional(Type.Integer({ description: 'How many were given up.' })),
  message: Type.Optional(Type.String({ description: 'In one sentence how it fares.' })),
  recent: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 512, description: 'What was sent lately, or is being sent, by hash, so that a further controller does not send it again; the oldest are dropped.' })),
  toldUntil: Type.Optional(Type.String({ format: 'date-time', description: 'Nothing that happened before is told any more.' })),
  conditions: Type.Optional(Type.Array(ConditionSchema, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })),
});
export type NotificationChannelStatus = Static<typeof NotificationChannelStatusSchema>;

/** Of a namespace, or of the whole cluster. */
export interface NotificationChannel {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: NotificationChannelSpec;
  status?: NotificationChannelStatus;
}
