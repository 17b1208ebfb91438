import { Type, type TSchema } from 'typebox';

const Text = (maxLength: number): TSchema => Type.String({ minLength: 1, maxLength });

/** Recipes, by the names of their files. */
export const recipeNames = ['teams', 'discord', 'wecom', 'pagerduty'] as const;
export type RecipeName = (typeof recipeNames)[number];

/** What a service takes. */
export interface RecipeLimits {
  /** The largest body. */
  readonly bytes: number;
  /** By event; the one under '' for all others. */
  readonly schemas: Readonly<Record<string, TSchema>>;
}

/** What the services that recipes are for take, as their documentation has it. Lengths are in characters where a second number is not in bytes. */
export const recipeLimits: Readonly<Record<RecipeName, RecipeLimits>> = {
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
