import type { Language } from '../../model/messages.js';
import { say } from '../texts/catalogue.js';
import { cut, type Words } from '../texts/words.js';

const templates: Readonly<Record<Words['tone'], string>> = { neutral: 'blue', asks: 'orange', good: 'green', bad: 'red', warning: 'yellow' };

/** Longest text of an element; a card may have 30 KB. */
const MOST = 3000;

const plain = (content: string): object => ({ tag: 'plain_text', content });
/** What lark_md would take for a sign (open.feishu.cn/document/common-capabilities/message-card/message-cards-content/using-markdown-tags). */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('*', '&#42;').replaceAll('_', '&#95;').replaceAll('~', '&#126;').replaceAll('[', '&#91;');
const marked = (content: string): object => ({ tag: 'lark_md', content: cut(content, MOST) });

/** An interactive card, version 1 (open.feishu.cn/document/common-capabilities/message-card/message-cards-content/card-structure). @param answers whether it takes answers to buttons */
export function larkCard(words: Words, language: Language, answers: boolean): object {
  const buttons = answers ? words.buttons.map((button) => ({
    tag: 'button', text: plain(button.label), type: button.style, value: button.value,
    confirm: { title: plain(say('sure', language)), text: plain(button.consequence) },
  })) : [];
  const links = words.link ? [{ tag: 'button', text: plain(words.link.label), type: 'default', url: words.link.url }] : [];
  return {
    // Without update_multi a card that is changed stays as it was for all but one.
    config: { wide_screen_mode: true, update_multi: true },
    header: { template: templates[words.tone], title: plain(words.title) },
    elements: [
      ...(words.sentences.length > 0 ? [{ tag: 'div', text: marked(words.sentences.map(escaped).join('\n')) }] : []),
      ...(words.fields.length > 0 ? [{ tag: 'div', fields: words.fields.map(({ label, value }) => ({ is_short: true, text: marked(`**${escaped(label)}**\n${escaped(value)}`) })) }] : []),
      ...(buttons.length + links.length > 0 ? [{ tag: 'action', actions: [...buttons, ...links] }] : []),
    ],
  };
}
