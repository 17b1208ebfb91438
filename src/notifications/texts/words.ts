import type { Language } from '../../model/messages.js';
import type { NotificationEvent } from '../../model/notifications/notification-channel.js';
import { formatShare } from '../../engine/formatting.js';
import type { Asking, News, Settled } from '../news/news.js';
import { say } from './catalogue.js';
import { buttonsOf, type Button } from './buttons.js';

/** How a message looks. */
export type Tone = 'neutral' | 'asks' | 'good' | 'bad' | 'warning';

/** A message in the words of one language, before a chat's own format. */
export interface Words {
  readonly title: string;
  /** Whole sentences. */
  readonly sentences: readonly string[];
  readonly fields: readonly { readonly label: string; readonly value: string }[];
  readonly link?: { readonly label: string; readonly url: string };
  readonly buttons: readonly Button[];
  readonly tone: Tone;
}

/** Texts of others may be long; more of them is of no use in a chat. */
const MOST = { title: 140, sentence: 600, field: 300 };
/** Most lines of a digest. */
const LINES = 20;

const tones: Readonly<Record<NotificationEvent, Tone>> = { began: 'neutral', waitsForApproval: 'asks', promoted: 'good', takenBack: 'bad', stuck: 'warning', imageWaits: 'asks' };

/** The beginning of a text, with an ellipsis where there is more. @param most characters; never cuts one in two */
export function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** One message in words. @param pageUrl where the page is; no link when absent */
export function wordsOf(news: News, language: Language, pageUrl: string | undefined): Words {
  const url = linkTo(news, pageUrl);
  return {
    title: titleOf(news, language),
    sentences: news.says.map((each) => cut(each[language], MOST.sentence)).filter((text) => text !== ''),
    fields: fieldsOf(news, language).map(({ label, value }) => ({ label, value: cut(value, MOST.field) })),
    ...(url === undefined ? {} : { link: { label: say('open', language), url } }),
    buttons: buttonsOf(news, language),
    tone: tones[news.event],
  };
}

/** What stands in the place of a message whose question is answered. */
export const settledWords = (settled: Settled, language: Language, pageUrl: string | undefined): Words => ({ ...wordsOf(settled, language, pageUrl), buttons: [], tone: 'neutral' });

/** Many messages as one. */
export function digestWords(all: readonly News[], language: Language, pageUrl: string | undefined): Words {
  const lines = all.slice(0, LINES).map((news) => `${titleOf(news, language)}. ${cut(news.says.at(-1)?.[language] ?? '', 120)}`);
  const rest = all.length - lines.length;
  const tone = all.some(({ event }) => event === 'takenBack') ? 'bad' : all.some(({ event }) => event === 'stuck') ? 'warning' : 'neutral';
  return {
    title: say('digestTitle', language, { count: String(all.length) }),
    sentences: [...lines, ...(rest > 0 ? [say('more', language, { count: String(rest) })] : [])],
    fields: [], buttons: [], tone,
    ...(pageUrl === undefined ? {} : { link: { label: say('open', language), url: trimmed(pageUrl) } }),
  };
}

/** What it is about, and what happened. */
export function titleOf(news: News, language: Language): string {
  return cut(say(`${news.event}Title`, language, { name: `${news.namespace}/${news.about.name}` }), MOST.title);
}

/** The page of a release, or that of images. */
export function linkTo({ namespace, about }: Pick<News, 'namespace' | 'about'>, pageUrl: string | undefined): string | undefined {
  if (pageUrl === undefined) return undefined;
  return about.kind === 'image' ? `${trimmed(pageUrl)}/images` : `${trimmed(pageUrl)}/releases/${encodeURIComponent(namespace)}/${encodeURIComponent(about.name)}`;
}

const trimmed = (url: string): string => url.replace(/\/+$/, '');

function fieldsOf({ about, asks }: News, language: Language): { label: string; value: string }[] {
  const field = (code: 'version' | 'inFront' | 'share' | 'step' | 'who' | 'image', value: string): { label: string; value: string } => ({ label: say(code, language), value });
  // Whom a freeze window lets through stands in the sentence above.
  const who = asks && asks.freezeWindow === undefined ? [field('who', say('wanted', language, { count: String(asks.wanted), who: whoMay(asks, about.kind, language) }))] : [];
  if (about.kind === 'image') return [field('image', `${about.image}:${about.tag}`), ...who];
  const step = about.step === 0 ? say('beforeBegin', language) : say('stepOf', language, { step: String(about.step), steps: String(about.steps) });
  return [field('version', about.canary), field('inFront', about.stable), field('share', formatShare(about.share)), field('step', step), ...who];
}

function whoMay({ users, groups }: Asking, kind: News['about']['kind'], language: Language): string {
  const named = [...users, ...groups.map((group) => say('group', language, { group }))];
  return named.length > 0 ? named.join(', ') : say(kind === 'image' ? 'anyoneImage' : 'anyone', language);
}
