import { judgingSentences } from './judging-sentences.js';
import { isMessageCode, languages, messageCodes, templateOf, type Language, type MessageCode } from './messages.js';
import { Recogniser, type Template } from './recogniser.js';
import { stepSentences } from './step-sentences.js';

/** What releases say of themselves, and of their steps. The id of a message is its code. */
export const releaseSentences: readonly Template[] = [...messageCodes.map((code) => ({ id: code, en: templateOf(code, 'en'), zh: templateOf(code, 'zh') })), ...stepSentences, ...judgingSentences];

const recogniser = new Recogniser(releaseSentences);

/** Which message an English text is, such as a release's `status.message`; undefined where it is none. */
export function messageCodeOf(text: string): MessageCode | undefined {
  const id = recogniser.recognise(text)?.id ?? '';
  return isMessageCode(id) ? id : undefined;
}

/** A text of a release in all languages; what is in no catalogue stays as it is. */
export function inAllLanguages(text: string): Readonly<Record<Language, string>> {
  const [en, zh] = languages;
  return { [en]: text, [zh]: recogniser.zh(text) };
}
