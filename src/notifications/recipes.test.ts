import { readFileSync } from 'node:fs';
import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatProblem } from '../model/policy-problem.js';
import { validateKind } from '../model/policy-validation.js';
import { notificationEvents, type NotificationChannel } from '../model/notifications/notification-channel.js';
import { checkChannel } from './checks/check-channel.js';
import type { News } from './news/news.js';
import { recipeLimits, recipeNames } from './testing/recipe-limits.js';
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

describe.each(recipeNames)('the recipe for %s', (name) => {
  const { bytes, schemas } = recipeLimits[name];
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
