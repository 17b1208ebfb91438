import type { Language } from '../../model/messages.js';
import { nearestName } from '../../model/suggestion.js';
import { formatShare } from '../../engine/formatting.js';
import { timestamp } from '../../kubernetes/conditions.js';
import type { News } from '../news/news.js';
import { cut, linkTo, wordsOf } from './words.js';

/** What bodies of webhooks may name, and what it stands for. */
export const templateNames = {
  event: 'what happened, such as takenBack',
  title: 'the same in a few words',
  text: 'the same in sentences',
  namespace: 'where',
  policy: 'the ReleasePolicy, or the ImagePolicy',
  name: 'the release, or the ImageUpdate',
  uid: 'its uid',
  stable: 'the version in front of users',
  canary: 'the version on trial',
  share: "the canary's share, such as 12.5 %",
  step: 'the step, counted from 1',
  steps: 'how many there are',
  requests: 'requests that met the canary',
  failures: 'how many of them failed',
  reason: 'why it was taken back, as a code',
  image: 'the new image',
  url: 'the page of it; empty where no page is known',
  time: 'when it happened, RFC 3339',
  key: 'the same for the same message, however often it is sent',
  thread: 'the same for all messages of one release',
  severity: 'info, warning or critical',
  color: 'red, orange, green or blue, as six hexadecimal digits',
} as const;
export type TemplateName = keyof typeof templateNames;

/** Most characters of a text: with title and link it is less than the 4,096 bytes that some chats take, also in Chinese. */
const LONGEST = 900;

const PLACEHOLDER = /\{\{\s*([A-Za-z]\w*(?:\.[\w.-]+)?)\s*\}\}/g;
const SECRET = /^secret\.(.+)$/;

/** What the names stand for in one message. */
export function templateValues(news: News, language: Language, pageUrl: string | undefined, key: string): Readonly<Record<TemplateName, string>> {
  const { title, sentences, tone } = wordsOf(news, language, pageUrl);
  const { about } = news;
  const release = about.kind === 'release' ? about : undefined;
  const look = { bad: ['critical', 'D32F2F'], warning: ['warning', 'F57C00'], asks: ['warning', 'F57C00'], good: ['info', '388E3C'], neutral: ['info', '1976D2'] } as const;
  const [severity, color] = look[tone];
  return {
    event: news.event, title, text: cut(sentences.join('\n'), LONGEST), namespace: news.namespace, policy: news.policy, name: about.name, uid: about.uid,
    stable: release?.stable ?? '', canary: release?.canary ?? '', share: release ? formatShare(release.share) : '',
    step: release ? String(release.step) : '', steps: release ? String(release.steps) : '',
    requests: release ? String(release.requests) : '', failures: release ? String(release.failures) : '',
    reason: release?.reason ?? '', image: about.kind === 'image' ? `${about.image}:${about.tag}` : '',
    url: linkTo(news, pageUrl) ?? '', time: timestamp(news.at), key, thread: about.uid, severity, color,
  };
}

/** How values are written into a text. */
export type Escape = (value: string) => string;

/** Fit for a string of JSON, without the quotes around it. */
export const inJson: Escape = (value) => JSON.stringify(value).slice(1, -1);

/** How a content type wants values: as JSON text, as a part of a form, or as they are. */
export function escapeFor(contentType: string): Escape {
  if (/^[^;]*[/+]json\b/i.test(contentType)) return inJson;
  return /^application\/x-www-form-urlencoded\b/i.test(contentType) ? encodeURIComponent : (value) => value;
}

/** Fills in a template. What is filled in is not looked at again. @param secret a value of the Secret of the channel; undefined where it has none */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>, escape: Escape, secret: (key: string) => string | undefined): string {
  return template.replace(PLACEHOLDER, (whole, name: string) => {
    const key = SECRET.exec(name)?.[1];
    const value = key === undefined ? (Object.hasOwn(values, name) ? values[name] : undefined) : secret(key);
    return value === undefined ? whole : escape(value);
  });
}

/** The keys of the Secret that a template names. */
export const secretKeysIn = (template: string): string[] => namesIn(template).flatMap((name) => SECRET.exec(name)?.[1] ?? []);

const namesIn = (template: string): string[] => [...new Set([...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name))];

/** Names in a template that stand for nothing, each with one that may be meant. */
export function unknownNames(template: string): { readonly name: string; readonly meant: string | undefined }[] {
  const known = Object.keys(templateNames);
  return namesIn(template).filter((name) => !known.includes(name) && !SECRET.test(name)).map((name) => ({ name, meant: nearestName(name, known) }));
}
