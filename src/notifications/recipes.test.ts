import { readFileSync } from 'node:fs';
import { Type, type TSchema } from 'typebox';
import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatProblem } from '../model/policy-problem.js';
import { validateKind } from '../model/policy-validation.js';
import { notificationEvents, type NotificationChannel } from '../model/notifications/notification-channel.js';
import { checkChannel } from './checks/check-channel.js';
import type { News } from './news/news.js';
import { askingNews, sampleNews } from './testing/sample-news.js';
import { fillTemplate, inJson, templateValues } from './texts/template.js';

const read = (name: string): NotificationChannel => parse(readFileSync(new URL(`../../examples/notifications/${name}.yaml`, import.meta.url), 'utf8')) as NotificationChannel;

it.each(['webhook', 'slack', 'lark', 'dingtalk', 'email', 'teams', 'discord', 'wecom', 'pagerduty'])('%s has no error', (name) => {
  const channel = read(name);
  expect([...validateKind(channel.kind, channel), ...checkChannel(channel)].map(formatProblem)).toEqual([]);
});

/** Everything as long as it may become, and with what breaks formats. */
const nasty = '"\\\n{{title}} </at> 发布 '.repeat(300);
const longest = (change: Partial<News>): News => {
  const base = sampleNews();
  const about = { ...base.about, kind: 'release' as const, name: `web-${'x'.repeat(240)}`, stable: nasty, canary: nasty, share: 125, step: 2, steps: 5, requests: 1e9, failures: 1e9 };
  return { ...base, namespace: 'n'.repeat(63), about, says: [{ en: nasty, zh: nasty }, { en: nasty, zh: nasty }], ...change };
};
const chinese = '发布'.repeat(2000);
const Text = (maxLength: number): TSchema => Type.String({ minLength: 1, maxLength });

/** What these services take, as their documentation has it. Lengths are in characters where a second number is not in bytes. */
const services: Readonly<Record<string, { readonly bytes: number; readonly schemas: Readonly<Record<string, TSchema>> }>> = {
  // learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors: 28 KB.
  teams: {
    bytes: 28 * 1024,
    schemas: {
      '': Type.Object({
        type: Type.Literal('message'),
        attachments: Type.Array(Type.Object({
          contentType: Type.Literal('application/vnd.microsoft.card.adaptive'),
          content: Type.Object({ type: Type.Literal('AdaptiveCard'), version: Type.Literal('1.4'), body: Type.Array(Type.Object({ type: Type.Literal('TextBlock'), text: Text(10_000) })), actions: Type.Array(Type.Object({ type: Type.Literal('Action.OpenUrl'), title: Text(100), url: Type.String({ pattern: '^https://' }) })) }),
        }), { minItems: 1 }),
      }),
    },
  },
  // discord.com/developers/docs/resources/message: embed limits; docs/resources/webhook.
  discord: {
    bytes: 6000 * 4,
    schemas: { '': Type.Object({ username: Text(80), allowed_mentions: Type.Object({ parse: Type.Array(Type.String(), { maxItems: 0 }) }), embeds: Type.Array(Type.Object({ title: Text(256), description: Text(4096), url: Type.String({ pattern: '^https://' }), timestamp: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:]+Z$' }) }, { additionalProperties: false }), { maxItems: 10 }) }, { additionalProperties: false }) },
  },
  // developer.work.weixin.qq.com/document/path/91770: 4,096 bytes of Markdown.
  wecom: { bytes: 4096, schemas: { '': Type.Object({ msgtype: Type.Literal('markdown'), markdown: Type.Object({ content: Text(4096) }) }, { additionalProperties: false }) } },
  // developer.pagerduty.com/docs/events-api-v2-overview: 512 KB, summary 1,024, dedup_key 255.
  pagerduty: {
    bytes: 512 * 1024,
    schemas: {
      promoted: Type.Object({ routing_key: Text(32), event_action: Type.Literal('resolve'), dedup_key: Text(255) }, { additionalProperties: false }),
      '': Type.Object({
        routing_key: Text(32), event_action: Type.Literal('trigger'), dedup_key: Text(255),
        payload: Type.Object({ summary: Text(1024), source: Text(512), severity: Type.Union(['critical', 'error', 'warning', 'info'].map((name) => Type.Literal(name))), timestamp: Type.String(), custom_details: Type.Object({}) }, { additionalProperties: false }),
        links: Type.Array(Type.Object({ href: Type.String(), text: Type.String() })),
      }, { additionalProperties: false }),
    },
  },
};

describe.each(Object.entries(services))('the recipe for %s', (name, { bytes, schemas }) => {
  it.each([...notificationEvents])('is what it takes, however long a message of "%s" is', (event) => {
    const { webhook } = read(name).spec;
    const template = webhook?.bodies?.[event] ?? webhook?.body ?? '';
    for (const news of [sampleNews({ event }), longest({ event }), longest({ event, says: [{ en: chinese, zh: chinese }, { en: chinese, zh: chinese }] }), askingNews({ event })]) {
      const filled = fillTemplate(template, templateValues(news, 'zh', 'https://serin.test', 'serin-1'), inJson, () => 'R'.repeat(32));
      const body: unknown = JSON.parse(filled);
      const schema = schemas[event] ?? schemas[''] ?? expect.fail('no schema');
      expect([...Value.Errors(schema, body)]).toEqual([]);
      expect(Buffer.byteLength(filled)).toBeLessThanOrEqual(bytes);
    }
  });
});
